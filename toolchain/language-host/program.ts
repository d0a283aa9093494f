/** Reads a Node.js project for the language host: its packages, and how to start it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { split } from "shlex";

interface Manifest {
    readonly name?: string;
    readonly version?: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
    readonly pulumi?: { readonly resource?: boolean; readonly name?: string; readonly server?: string };
}

export interface Dependency {
    readonly name: string;
    readonly version: string;
    /** Set for the SDK of a resource provider: the plugin's name, `kubernetes` for `@pulumi/kubernetes`. */
    readonly plugin?: string;
    readonly server?: string;
}

/** Options of `runtime:` in Pulumi.yaml that this host knows; others are ignored, as upstream ignores them. */
export interface RuntimeOptions {
    /** Whether ts-node runs in the program's process: `true` unless the project turns it off. */
    readonly typescript: boolean;
    readonly nodeargs: readonly string[];
    /** Path of the project's own tsconfig.json, relative to the program's folder. */
    readonly tsconfig?: string;
}

export function runtimeOptions(options: Readonly<Record<string, unknown>>): RuntimeOptions {
    const { typescript, nodeargs, tsconfig } = options;
    return {
        typescript: typescript !== false && typescript !== "false",
        nodeargs: typeof nodeargs === "string" ? words(nodeargs) : [],
        ...(typeof tsconfig === "string" && tsconfig !== "" && { tsconfig }),
    };
}

function words(nodeargs: string): string[] {
    try {
        return split(nodeargs);
    } catch {
        throw new Error(
            `nodeargs of runtime.options in Pulumi.yaml is ${JSON.stringify(nodeargs)}: it is split as a shell does it, and a ` +
                "quotation mark in it is not closed",
        );
    }
}

/** The folder of the nearest package.json at or above `directory`. */
export function packageRoot(directory: string): string {
    for (let folder = directory; ; folder = dirname(folder)) {
        if (existsSync(join(folder, "package.json"))) {
            return folder;
        }
        if (folder === dirname(folder)) {
            throw new Error(`no package.json at or above ${directory}: a Node.js program needs one beside it`);
        }
    }
}

function readManifest(folder: string): Manifest {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The folder in which a program that lives in `from` finds `name`, or undefined where it is not installed. */
function findPackage(name: string, from: string): string | undefined {
    for (let folder = from; ; folder = dirname(folder)) {
        const candidate = join(folder, "node_modules", name);
        if (existsSync(join(candidate, "package.json"))) {
            return candidate;
        }
        if (folder === dirname(folder)) {
            return undefined;
        }
    }
}

/**
 * The installed packages of the project around `directory`: the direct ones, or with `transitive` also everything that they depend on.
 * Packages that are named but not installed are left out, because npm's messages about them are better.
 */
export function dependencies(directory: string, transitive: boolean): Dependency[] {
    const found = new Map<string, Dependency>();
    const visit = (folder: string, names: readonly string[]): void => {
        for (const name of names) {
            const location = findPackage(name, folder);
            if (location === undefined || found.has(location)) {
                continue;
            }
            const { version = "", pulumi, dependencies: next = {} } = readManifest(location);
            found.set(location, { name, version, ...pluginOf(name, pulumi) });
            if (transitive) {
                visit(location, Object.keys(next));
            }
        }
    };
    const root = packageRoot(directory);
    const { dependencies: direct = {}, devDependencies = {} } = readManifest(root);
    visit(root, [...Object.keys(direct), ...Object.keys(devDependencies)]);
    return [...found.values()];
}

function pluginOf(name: string, pulumi: Manifest["pulumi"]): Pick<Dependency, "plugin" | "server"> {
    return pulumi?.resource ? { plugin: pulumi.name ?? name.replace(/^@pulumi\//, ""), server: pulumi.server } : {};
}

/** The SDK's entry point `@pulumi/pulumi/cmd/<name>`, as the program itself would resolve it. */
export function sdkEntryPoint(directory: string, name: "run" | "run-policy-pack" | "run-plugin"): string {
    try {
        return createRequire(join(directory, "package.json")).resolve(`@pulumi/pulumi/cmd/${name}`);
    } catch {
        throw new Error(`@pulumi/pulumi is not installed for the program in ${directory}: run "npm ci" there`);
    }
}
