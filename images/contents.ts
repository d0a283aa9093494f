/** What is inside an image, by name and version: Debian packages, Go modules and npm packages. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { DebianPackage } from "../toolchain/debian/packages";
import { ImageError } from "./error";

const run = promisify(execFile);

export interface Component {
    readonly kind: "deb" | "golang" | "npm";
    readonly name: string;
    readonly version: string;
    /** Package URL: https://github.com/package-url/purl-spec */
    readonly purl: string;
    /** Hex, of the downloaded .deb. */
    readonly sha256?: string;
    /** Debian's source package and its version. */
    readonly source?: string;
}

export async function debianComponent({ name, version, architecture, file }: DebianPackage): Promise<Component> {
    const { stdout } = await run("dpkg-deb", ["--field", file, "Source"]);
    return {
        kind: "deb",
        name,
        version,
        purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`,
        sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
        source: sourceOf(stdout.trim(), { name, version }),
    };
}

/** A field such as `Source: glibc (2.36-9)` names only what differs from the binary package. */
export function sourceOf(field: string, binary: { readonly name: string; readonly version: string }): string {
    const [, name = binary.name, version = binary.version] = /^(\S+)(?: \((\S+)\))?$/.exec(field) ?? [];
    return `${name} ${version}`;
}

/** The modules that a Go program was linked from, the standard library among them. */
export async function goComponents(program: string): Promise<Component[]> {
    const { stdout } = await run("go", ["version", "-m", program]).catch((error: unknown) => {
        throw new ImageError(
            `go version -m ${program} failed, which lists the modules in a program: ${(error as Error).message}\n` +
                "Put Go 1.26 or later on PATH and run the command again.",
        );
    });
    return parseModules(stdout);
}

/** @param text what `go version -m` prints */
export function parseModules(text: string): Component[] {
    const toolchain = /: go(\S+)/.exec(text)?.[1];
    // A replacement follows the module that it replaces.
    // The main module has a version of its own where the program comes from another module than the one it is built in.
    const modules = [...text.matchAll(/^\t(mod|dep|=>)\t(\S+)\t(v\S+)/gm)];
    const effective = modules.filter((_, index) => modules[index + 1]?.[1] !== "=>");
    return [
        ...(toolchain === undefined ? [] : [goComponent("stdlib", toolchain)]),
        ...effective.map(([, , name = "", version = ""]) => goComponent(name, version)),
    ];
}

function goComponent(name: string, version: string): Component {
    return { kind: "golang", name, version, purl: `pkg:golang/${name}@${encodeURIComponent(version)}` };
}

/** @param folder of an installed package */
export function npmComponent(folder: string): Component {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        name: string;
        version: string;
    };
    // A scope is a path of its own, and its at sign the one character that is escaped.
    return { kind: "npm", name, version, purl: `pkg:npm/${name.replace("@", "%40")}@${version}` };
}
