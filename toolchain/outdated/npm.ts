/** The packages that package.json pins. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./ask";
import { type Pin, latest } from "./pins";

/** The number of npm processes that run at once. */
const AT_ONCE = 8;

/** @throws UserError where npm cannot ask its registry */
export async function npmPins(root: string): Promise<Pin[]> {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
    const pinned = Object.assign(
        {},
        manifest["dependencies"],
        manifest["devDependencies"],
        manifest["optionalDependencies"],
    ) as Readonly<Record<string, string>>;
    const names = Object.keys(pinned);
    const pins: Pin[] = [];
    for (let start = 0; start < names.length; start += AT_ONCE) {
        const some = names.slice(start, start + AT_ONCE);
        pins.push(...(await Promise.all(some.map((name) => pin(name, pinned[name] ?? "", root)))));
    }
    return pins;
}

async function pin(name: string, pinned: string, root: string): Promise<Pin> {
    // The tag `latest` is not used, because a mirror may have it from another day than the versions.
    const versions = JSON.parse(await ask(["npm", "view", name, "versions", "--json"], root)) as string | string[];
    return { from: "npm", name, pinned, newest: latest([versions].flat()) ?? pinned };
}
