/** The second half of `npm run expected:update`. Nothing else writes the folders beside this file, and the tables in docs/. */
import { writeFileSync } from "node:fs";
import { BOOT_ORDER_FILE, bootOrderDocument } from "../support/boot-order";
import { DISKS_FILE, disksDocument } from "../support/disks";
import { type ExpectedFiles, renderedFiles, writeExpected } from "../support/expected";
import { FLOWS_FILE, flowsDocument } from "../support/flows";
import { LIFETIMES_FILE, lifetimesDocument } from "../support/lifetimes";
import { RIGHTS_FILE, rightsDocument } from "../support/rights";
import { STACKS } from "../support/stacks";

async function main(): Promise<void> {
    const stacks = new Map<string, ExpectedFiles>();
    for (const stack of STACKS) {
        const files = await renderedFiles(stack);
        stacks.set(stack, files);
        process.stdout.write(`tests/expected/${stack}: ${Object.keys(files).join(", ")}\n`);
    }
    writeExpected(stacks);
    writeFileSync(FLOWS_FILE, flowsDocument(STACKS));
    writeFileSync(LIFETIMES_FILE, lifetimesDocument(STACKS));
    writeFileSync(DISKS_FILE, disksDocument(STACKS));
    writeFileSync(BOOT_ORDER_FILE, bootOrderDocument(STACKS));
    writeFileSync(RIGHTS_FILE, rightsDocument(STACKS));
    process.stdout.write("docs/rights.md\ndocs/flows.md\ndocs/lifetimes.md\ndocs/disks.md\ndocs/boot-order.md\n");
}

void main();
