/** `npm run map`: draws the sites of all stack files into docs/map.svg, with no state, cluster or engine. */
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { declaredStacks } from "../../toolchain/cli/stack-file";
import { UserError, runCommand } from "../../command-line/command";
import { repoRoot } from "../../command-line/paths";
import { mapSvg } from ".";
import { renderStacks } from "../render";
import { NO_FILE } from "../stack-file";

export const MAP_FILE = join(repoRoot, "docs", "map.svg");

async function main(): Promise<number> {
    const found = await renderStacks(repoRoot, declaredStacks());
    const sides = [...found.values()].map((outcome) => {
        if ("problem" in outcome) {
            throw new UserError(`${outcome.problem}\nThere is nothing to draw until that is mended.`);
        }
        return { ...outcome, file: NO_FILE };
    });
    writeFileSync(MAP_FILE, await mapSvg(sides));
    process.stdout.write(`${relative(process.cwd(), MAP_FILE)}\n`);
    return 0;
}

if (require.main === module) {
    runCommand(main);
}
