/** Fills the running registries where they are empty, and compares their content from site to site. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { databaseOf } from "../data/connect";
import { UnreachableError } from "../data/database";
import { contents } from "../data/digest";
import { type Lag, siteLag } from "../data/lag";
import { load } from "../data/load";
import { DEFAULT_PEOPLE } from "../data/options";
import { showProgress } from "../command-line/progress";
import { together } from "../command-line/together";
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
    const primaries = runningIn(configs, "primary");
    // Whether a registry is filled is asked of all at once; what this cannot find out is found out below, and said there.
    const lacking = await together(
        primaries.map(([registry, { site }]) => isEmpty(databaseOf(registry, site.name), registry).catch(() => true)),
    );
    for (const [registry, config] of primaries.filter((_, index) => lacking[index])) {
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

/** A registry that runs in a site, and how far it is behind there, where that is a standby. */
export interface Followed {
    readonly registry: Registry;
    readonly site: EmbassyConfig["site"];
    readonly lag: Lag | undefined;
}

/** Waits until the standbys have what their primaries had. @throws LabError where one does not catch up */
export function catchUp(configs: readonly EmbassyConfig[]): Promise<Followed[]> {
    return together(
        runningIn(configs, "primary", "standby").map(async ([registry, { site }]) => {
            const lag = site.role === "standby" ? await siteLag(registry, site.name, PATIENCE) : undefined;
            if (lag?.caughtUp === false) {
                throw new LabError(
                    `${site.name} is ${lag.bytes} bytes of ${registry} behind after ${PATIENCE} s. See ` +
                        `kubectl --kubeconfig .embassy/lab/${site.name}/kubeconfig -n registry-${registry} logs -l ${ROLE_LABEL.key}=${ROLE_LABEL.leader} -c database`,
                );
            }
            return { registry, site, lag };
        }),
    );
}

export function compareRegistries(followed: readonly Followed[]): Promise<Contents[]> {
    return together(
        followed.map(async ({ registry, site, lag }) => {
            const tables = await contents(databaseOf(registry, site.name), registry);
            const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
            const digests = Object.entries(tables).map(([name, { digest }]) => [name, digest] as const);
            return { registry, site: site.name, role: site.role, rows, digest: digestOfAll(digests), lag };
        }),
    );
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

function digestOfAll(tables: readonly (readonly [name: string, digest: string])[]): string {
    const entries = tables.toSorted(([a], [b]) => a.localeCompare(b, "en"));
    return createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 32);
}
