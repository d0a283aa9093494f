/** The program: stack file → configuration → plan → site. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError, type EmbassyConfig, parseConfig } from "./site/config";
import { InputError } from "./conventions/errors";
import { parseCrossStackSecrets } from "./keys/parse-cross-stack-secrets";
import { DataEmbassy } from "./site/embassy";
import { CROSS_STACK_OUTPUT, type CrossStackSecrets } from "./keys/cross-stack-secrets";
import { plan } from "./site/plan";
import type { EmbassyPlan } from "./site/embassy-plan";
import type { ImageLock } from "./conventions/images";
import { PROJECT, SETTINGS_OUTPUT } from "./conventions/names";
import { tier4Problems } from "./cluster/facility";
import { tier4Site } from "./site/tier4";

type Values = Readonly<Record<string, unknown>>;

/** Pulumi hands configuration over as text, structured values as JSON. */
function readValues(): Values {
    const values = Object.entries(pulumi.runtime.allConfig()).map(([key, text]) => [
        key,
        /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text,
    ]);
    return Object.fromEntries(values) as Values;
}

/** What a state records of the stack file, so that a preview against it tells which keys have changed. It leaves out what is encrypted there. */
function recorded(values: Values): Values {
    // The SDK has this function, and does not declare it.
    const { isConfigSecret } = pulumi.runtime as unknown as { readonly isConfigSecret: (key: string) => boolean };
    const isPlain = ([key]: readonly [string, unknown]): boolean =>
        key.startsWith(`${PROJECT}:`) && !isConfigSecret(key);
    return Object.fromEntries(Object.entries(values).filter(isPlain));
}

function readImageLock(): ImageLock {
    const file = join(__dirname, "..", "images", "lock.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ImageLock) : {};
}

/** Reads a file out of custody, where the stack that holds the root is gone: it has what that stack would output for this site. */
function readCrossStackSecrets(registries: readonly string[]): CrossStackSecrets | undefined {
    if (process.env["EMBASSY_HANDOVER"] !== undefined) {
        throw new InputError("EMBASSY_HANDOVER is now called EMBASSY_CROSS_STACK_SECRETS: set that variable instead");
    }
    const file = process.env["EMBASSY_CROSS_STACK_SECRETS"];
    if (file === undefined) {
        return undefined;
    }
    const source = `EMBASSY_CROSS_STACK_SECRETS=${file}`;
    if (!existsSync(file)) {
        throw new InputError(`${source}: there is no such file`);
    }
    return parseCrossStackSecrets(readFileSync(file, "utf8"), source, registries);
}

/** Shows an operator the message alone, as a RunError, because a stack trace would bury it. */
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

const values = readValues();
const site = told(() => {
    const config = parseConfig(pulumi.getStack(), values);
    return proven(config, plan(config, readImageLock(), { acceptLoss }));
});
const registries = site.registries.map(({ name }) => name);
const handed = told(() => readCrossStackSecrets(registries));
const embassy = new DataEmbassy("embassy", { plan: site, handed });

// Outputs are not `export const`, because a site that issues nothing, or has no edge, has no such output.
export = {
    registries,
    bootOrder: site.bootOrder,
    [SETTINGS_OUTPUT]: recorded(values),
    ...(embassy.crossStackSecrets && { [CROSS_STACK_OUTPUT]: embassy.crossStackSecrets }),
    ...(embassy.edge && { allies: embassy.edge.allies, revokedAllies: embassy.edge.revokedAllies }),
    ...(embassy.edge?.publicPage && { publicPage: embassy.edge.publicPage }),
    ...(embassy.statusPage && { statusPage: embassy.statusPage }),
};
