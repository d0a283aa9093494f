/** Fills the running registries where they are empty, and compares their content from site to site. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { databaseOf } from "../data/connect";
import { count } from "../data/count";
import { UnreachableError } from "../data/database";
import { digest } from "../data/digest";
import { type Lag, siteLag } from "../data/lag";
import { load } from "../data/load";
import { DEFAULT_PEOPLE } from "../data/options";
import { showProgress } from "../command-line/progress";
import { runningOf } from "../infra/registries/config";
import { ROLE_LABEL } from "../infra/registries/plan-database";
import { REGISTRIES, type Registry } from "../data/registries";
import { isEmpty } from "../data/tables";
import type { EmbassyConfig } from "../infra/site/config";
import { LabError } from "../lab/errors";

export interface Contents {
    readonly registry: Registry;
    readonly site: string;
    readonly role: EmbassyConfig["site"]["role"];
    /** Rows in all tables. */
    readonly rows: number;
    /** Hexadecimal digest of the digests of all tables: it is equal where all rows are. */
    readonly digest: string;
    /** How far a standby is behind. */
    readonly lag: Lag | undefined;
}

/** Seconds to wait for a standby that has just come up. */
const PATIENCE = 60;

/** Milliseconds during which members may hand over to each other: all of them have just come up, on a machine that is busy with that. */
const UNSETTLED_MS = 300_000;
const PAUSE_MS = 5_000;

/** Loads made-up people where the primary has none; existing rows stay. @throws UserError where a site has no stable leader */
export async function fillRegistries(configs: readonly EmbassyConfig[]): Promise<void> {
    for (const [registry, config] of runningIn(configs, "primary")) {
        const deadline = performance.now() + UNSETTLED_MS;
        while (!(await isFilled(registry, config.site.name, performance.now() < deadline))) {
            await sleep(PAUSE_MS);
        }
    }
}

/** A load is one transaction: where it is cut off, nothing of it is left. @returns false where it was, and may be tried again */
async function isFilled(registry: Registry, site: string, again: boolean): Promise<boolean> {
    const database = databaseOf(registry, site);
    try {
        if (await isEmpty(database, registry)) {
            const progress = showProgress();
            await load(database, registry, { people: DEFAULT_PEOPLE, seed: 1, replace: false, progress });
        }
        return true;
    } catch (error) {
        if (!again || !(error instanceof UnreachableError)) {
            throw error;
        }
        process.stderr.write(`${registry} in ${site} does not answer at the moment; it is tried again.\n`);
        return false;
    }
}

/** @throws LabError where a standby does not catch up */
export async function compareRegistries(configs: readonly EmbassyConfig[]): Promise<Contents[]> {
    const found: Contents[] = [];
    for (const [registry, { site }] of runningIn(configs, "primary", "standby")) {
        const lag = site.role === "standby" ? await siteLag(registry, site.name, PATIENCE) : undefined;
        if (lag?.caughtUp === false) {
            throw new LabError(
                `${site.name} is ${lag.bytes} bytes of ${registry} behind after ${PATIENCE} s. See ` +
                    `kubectl --kubeconfig .embassy/lab/${site.name}/kubeconfig -n registry-${registry} logs -l ${ROLE_LABEL.key}=${ROLE_LABEL.leader} -c database`,
            );
        }
        const database = databaseOf(registry, site.name);
        const tables = await digest(database, registry);
        const rows = Object.values(await count(database, registry)).reduce((sum, each) => sum + each, 0);
        found.push({ registry, site: site.name, role: site.role, rows, digest: digestOfAll(tables), lag });
    }
    return found;
}

function runningIn(
    configs: readonly EmbassyConfig[],
    ...roles: readonly EmbassyConfig["site"]["role"][]
): (readonly [Registry, EmbassyConfig])[] {
    const run = configs
        .filter(({ site }) => roles.includes(site.role))
        .map((config) => ({ config, running: runningOf(config, REGISTRIES) }));
    return REGISTRIES.flatMap((registry) =>
        run.filter(({ running }) => running.includes(registry)).map(({ config }) => [registry, config] as const),
    );
}

function digestOfAll(tables: Readonly<Record<string, string>>): string {
    const entries = Object.entries(tables).sort(([a], [b]) => a.localeCompare(b, "en"));
    return createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 32);
}
