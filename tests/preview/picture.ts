/** `npm run picture` makes the picture of a report that docs/preview.md shows. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { html } from "../../preview/show/html";
import { UserError, runCommand } from "../../command-line/command";
import { repoRoot } from "../../command-line/paths";
import { chromiumProblem, openOffline } from "../support/chromium";
import { exampleReport } from "./example";

const PICTURE = join(repoRoot, "docs", "preview.png");

async function main(): Promise<number> {
    const problem = chromiumProblem();
    if (problem !== undefined) {
        throw new UserError(`There is no browser to make a picture with: ${problem}`);
    }
    const folder = mkdtempSync(join(tmpdir(), "picture-"));
    const browser = await openOffline();
    try {
        const file = join(folder, "report.html");
        writeFileSync(file, html(await exampleReport()));
        const page = await browser.newPage({ viewport: { width: 1000, height: 1000 } });
        await page.goto(pathToFileURL(file).href);
        await page.screenshot({ path: PICTURE });
    } finally {
        await browser.close();
        rmSync(folder, { recursive: true });
    }
    process.stdout.write("docs/preview.png\n");
    return 0;
}

runCommand(main);
