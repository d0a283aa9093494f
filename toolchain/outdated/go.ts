/** The modules that `toolchain/modules` pins: those that our own programs import, and those whose programs are built. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { goEnvironment } from "../build/go-tool";
import { ask } from "./ask";
import type { Pin } from "./pins";

/** A go.mod as `go mod edit -json` prints it: https://go.dev/ref/mod#go-mod-edit */
interface GoMod {
    readonly Require: readonly { readonly Path: string; readonly Indirect?: boolean }[] | null;
    readonly Tool: readonly { readonly Path: string }[] | null;
}

/** @throws UserError where Go is missing or its proxy cannot be asked */
export async function goPins(modules: string): Promise<Pin[]> {
    const folders = readdirSync(modules).sort();
    const pins = await Promise.all(folders.map((folder) => pinsOf(join(modules, folder))));
    return pins.flat();
}

async function pinsOf(folder: string): Promise<Pin[]> {
    const env = goEnvironment(process.env);
    const mod = JSON.parse(await ask(["go", "mod", "edit", "-json"], folder, env)) as GoMod;
    const template = "{{.Path}} {{.Version}} {{with .Update}}{{.Version}}{{else}}{{.Version}}{{end}}";
    const listed = await ask(["go", "list", "-m", "-u", "-f", template, ...chosen(mod)], folder, env);
    return listed
        .trim()
        .split("\n")
        .map((line): Pin => {
            const [name = "", pinned = "", newest = ""] = line.split(" ");
            return { from: "go", name, pinned, newest };
        });
}

/** Modules whose version somebody chose; the versions of the others follow from these. */
export function chosen({ Require, Tool }: GoMod): string[] {
    const required = Require ?? [];
    const direct = required.filter(({ Indirect }) => Indirect !== true).map(({ Path }) => Path);
    const tools = (Tool ?? []).flatMap((tool) => {
        const holders = required.map(({ Path }) => Path).filter((path) => `${tool.Path}/`.startsWith(`${path}/`));
        // A module's path may begin with another module's: the longest one has the program.
        return holders.sort((a, b) => b.length - a.length).slice(0, 1);
    });
    return [...new Set([...direct, ...tools])].sort();
}
