/** Packages that a site's program needs must install where it runs, with `npm ci --omit=dev` and the oldest supported Node.js. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";

interface Package {
    readonly engines: { readonly node: string };
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
}

function read(...path: string[]): unknown {
    return JSON.parse(readFileSync(join(repoRoot, ...path), "utf8"));
}

const declared = read("package.json") as Package;

it("no package is both what a site needs and what only its makers need", () => {
    expect(Object.keys(declared.dependencies).filter((name) => name in declared.devDependencies)).toEqual([]);
});

it("the lock file says the same of all of them", () => {
    const { packages } = read("package-lock.json") as { packages: Readonly<Record<string, Package & { dev?: true }>> };
    const { dependencies, devDependencies, engines } = packages[""] ?? {};
    const { engines: needed, dependencies: run, devDependencies: made } = declared;
    expect({ engines, dependencies, devDependencies }).toEqual({
        engines: needed,
        dependencies: run,
        devDependencies: made,
    });
    expect(Object.keys(declared.dependencies).filter((name) => packages[`node_modules/${name}`]?.dev)).toEqual([]);
});
