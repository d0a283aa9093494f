/** The program: stack file → configuration → plan → site. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError, type EmbassyConfig, parseConfig } from "./site/config";
import { InputError } from "./conventions/errors";
import { parseHandover } from "./keys/parse-handover";
import { DataEmbassy } from "./embassy";
import { HANDOVERS_OUTPUT, type Handover } from "./keys/handover";
import { plan } from "./site/plan";
import type { EmbassyPlan } from "./site/embassy-plan";
import type { ImageLock } from "./conventions/images";
import { tier4Problems } from "./cluster/facility";
import { tier4Site } from "./site/tier4";

/** Pulumi hands configuration over as text, structured values as JSON. */
function readConfig(): EmbassyConfig {
    const values = Object.entries(pulumi.runtime.allConfig()).map(([key, text]) => [
        key,
        /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text,
    ]);
    return parseConfig(pulumi.getStack(), Object.fromEntries(values) as Record<string, unknown>);
}

function readImageLock(): ImageLock {
    const file = join(__dirname, "..", "images", "lock.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ImageLock) : {};
}

/** Where the stack that holds the root is gone: a file with what it would hand to this site, out of custody. */
function readHandover(registries: readonly string[]): Handover | undefined {
    const file = process.env["EMBASSY_HANDOVER"];
    if (file === undefined) {
        return undefined;
    }
    const source = `EMBASSY_HANDOVER=${file}`;
    if (!existsSync(file)) {
        throw new InputError(`${source}: there is no such file`);
    }
    return parseHandover(readFileSync(file, "utf8"), source, registries);
}

/** Shows what an operator is to mend as it is, without the stack trace that would bury it: as a RunError. */
function told<T>(work: () => T): T {
    try {
        return work();
    } catch (error) {
        throw error instanceof InputError ? new pulumi.RunError(error.message) : error;
    }
}

/** A site that does not bear every fault is not built. */
function proven(config: EmbassyConfig, site: EmbassyPlan): EmbassyPlan {
    const problems = tier4Problems(tier4Site(config, site));
    if (problems.length > 0) {
        throw new ConfigError(pulumi.getStack(), problems);
    }
    return site;
}

/** A loss is accepted for one run, on its command line: a stack file would go on accepting it. */
const acceptLoss = process.env["EMBASSY_ACCEPT_LOSS"] === "true";

const site = told(() => {
    const config = readConfig();
    return proven(config, plan(config, readImageLock(), { acceptLoss }));
});
const registries = site.registries.map(({ name }) => name);
const handed = told(() => readHandover(registries));
const embassy = new DataEmbassy("embassy", site, {}, handed);

// Not `export const`: a site that issues nothing, or has no edge, has no such output.
export = {
    registries,
    bootOrder: site.bootOrder,
    ...(embassy.handovers && { [HANDOVERS_OUTPUT]: embassy.handovers }),
    ...(embassy.edge && { allies: embassy.edge.allies, revokedAllies: embassy.edge.revokedAllies }),
    ...(embassy.edge?.publicPage && { publicPage: embassy.edge.publicPage }),
};
