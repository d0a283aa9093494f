/** `npm run images [-- names…] [--update] [--json]`: makes the container images and records their digests. */
import { Command } from "commander";
import Table from "cli-table3";
import { runCommand } from "../command-line/command";
import { updateLists } from "../toolchain/debian/packages";
import { runProgram } from "../command-line/program";
import { type BuiltImage, buildImages } from "./build";
import { catalogue } from "./catalogue";
import { ImageError } from "./error";
import { recordDigests } from "./lock";
import { TABLE_STYLE } from "../command-line/table";

interface Flags {
    readonly update?: boolean;
    readonly json?: boolean;
}

const NAMES = catalogue.map(({ name }) => name);

const command = new Command("images")
    .description("Makes the container images in .embassy/images and records their digests in images/lock.json.")
    .argument("[names...]", `of ${NAMES.join(", ")}; all where none is named`)
    .option("--update", "ask the Debian mirror for newer packages first")
    .option(
        "--json",
        "print the result as JSON: image, digest, built or cached, size in bytes, layers, packages, seconds",
    )
    .action(async (names: string[], { update = false, json = false }: Flags) => {
        const unknown = names.filter((name) => !NAMES.includes(name));
        if (unknown.length > 0) {
            throw new ImageError(`No image is called ${unknown.join(", ")}: choose from ${NAMES.join(", ")}.`);
        }
        if (update) {
            say("images", "asking the mirror for its lists …");
            await updateLists();
        }
        const images = catalogue.filter(({ name }) => names.length === 0 || names.includes(name));
        const built = await buildImages({ images, onProgress: say });
        recordDigests(built, NAMES);
        process.stdout.write(`${json ? JSON.stringify(built, null, 2) : report(built)}\n`);
    });

function say(image: string, message: string): void {
    process.stderr.write(`${image}: ${message}\n`);
}

function report(built: readonly BuiltImage[]): string {
    const table = new Table({
        head: ["image", "digest", "size", "packages", "layers", ""],
        style: TABLE_STYLE,
        colAligns: ["left", "left", "right", "right", "right", "left"],
    });
    for (const { image, digest, size, packages, layers, outcome } of built) {
        table.push([image, digest, `${(size / 1024 ** 2).toFixed(1)} MiB`, packages, layers, outcome]);
    }
    return table.toString();
}

runCommand(() => runProgram(() => command, process.argv.slice(2)));
