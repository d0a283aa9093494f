/** Programs from Debian's packages for tests, independent of what the machine has. They are kept between runs, because fetching them takes a minute. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { RELEASE, fetchPackages } from "../../toolchain/debian/packages";
import { unpack } from "../../toolchain/debian/unpack";
import { withLock } from "../../command-line/lock.js";
import { embassyHome } from "../../command-line/paths";

/**
 * @param name of the package
 * @param programs that will be run, by their paths in it
 * @returns the folder that is their root
 * @throws UserError where Debian packages cannot be had on this machine
 */
export async function installedPrograms(name: string, programs: readonly string[]): Promise<string> {
    const root = join(embassyHome, "tests", RELEASE, name);
    if (existsSync(root)) {
        return root;
    }
    mkdirSync(dirname(root), { recursive: true });
    await withLock(`${root}.lock`, async () => {
        if (!existsSync(root)) {
            const fresh = `${root}.new`;
            // Of its dependencies only the libraries are needed, not scripts, Perl or documents.
            const packages = await fetchPackages([name]);
            const libraries = /^(lib|gcc|zlib)/;
            await unpack(
                packages.filter((each) => each.name === name || libraries.test(each.name)),
                fresh,
            );
            wrap(fresh, programs);
            renameSync(fresh, root);
        }
    });
    return root;
}

/**
 * Makes the programs run with the packages' own loader and libraries, whatever C library the machine has. Each program becomes
 * a script of the same name, because initdb starts the `postgres` beside it, and both find their files relative to themselves.
 */
function wrap(root: string, programs: readonly string[]): void {
    const multiarch = ["lib", "usr/lib"].flatMap((parent) =>
        existsSync(join(root, parent))
            ? readdirSync(join(root, parent))
                  .filter((name) => name.endsWith("-linux-gnu"))
                  .map((name) => join(parent, name))
            : [],
    );
    const loader = multiarch
        .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
        .find((file) => /\/ld-linux-[^/]+\.so\.\d+$/.test(file));
    if (loader === undefined) {
        throw new Error(`no dynamic loader in ${root}: is libc6 among the packages?`);
    }
    for (const path of programs) {
        const program = join(root, path);
        renameSync(program, `${program}.elf`);
        const up = `$here/${relative(dirname(path), ".")}`;
        writeFileSync(
            program,
            [
                "#!/bin/sh",
                'here=$(dirname "$0")',
                `exec "${up}/${loader}" --argv0 "$0" --library-path "${multiarch.map((folder) => `${up}/${folder}`).join(":")}" "$here/${basename(path)}.elf" "$@"`,
                "",
            ].join("\n"),
        );
        chmodSync(program, 0o755);
    }
    execFileSync("chmod", ["-R", "a+rX", root]);
}
