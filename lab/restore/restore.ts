/**
 * A restore environment: a site of its own, of the same program, whose registries come out of what another site has
 * stored. Nothing of the other site is written to, and nothing of it has to run.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { databaseOf } from "../../data/connect";
import { digest } from "../../data/digest";
import { type CheckedReference, checkReferences } from "../../data/references";
import { parseRegistry } from "../../data/registries";
import type { EmbassyConfig } from "../../infra/config";
import { planNetwork, objectStoreName } from "../../infra/plan/addresses";
import { registryNamespace } from "../../infra/plan/registries";
import type { Toolchain } from "../../toolchain/cli/environment";
import { runPulumi } from "../../toolchain/cli/run";
import { stackFile } from "../../toolchain/cli/stack-file";
import { stateFile } from "../../toolchain/cli/states";
import { upStack } from "../../toolchain/cli/up";
import { LabError, explain } from "../errors";
import { ensureFile, makeDirectory } from "../files";
import * as lab from "../lab";
import { type Site, foundedWith, openSite } from "../options";
import { SitePaths } from "../paths";
import { refuseFullDisk } from "../preflight";
import { stackConfig } from "../../toolchain/cli/stack-config";
import { choose } from "./choose";
import { followMembers } from "./follow";
import { type Keys, keysFor, recoveredKeys } from "./keys";
import { bucketFolder } from "./look";
import { type Phases, phases } from "./phases";
import type { Range } from "./range";
import { ensureRescue } from "./rescue";
import { type Stamp, stampStackFile } from "./stamp";

/** The stack, the site, and the file from which it is stamped. */
export const ENVIRONMENT = "restore";

export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface RestoreRequest {
    /** Site whose stored versions are restored. */
    readonly from: string;
    /** The last instant that is to be in it; where none is given, of one registry all that is stored, of several the last in common. */
    readonly at: Date | undefined;
    readonly registries: readonly string[];
    /** Registry → table → digest that must come out. */
    readonly expected: Digests | undefined;
    /** A file of recovered keys, in place of the state of the stack that holds the root. */
    readonly keysFile: string | undefined;
    readonly toolchain: Toolchain;
    readonly home: string;
    /** Told when a phase begins. */
    readonly onPhase: (phase: string, detail: string) => void;
}

export interface RestoreReport {
    readonly site: string;
    readonly from: string;
    /** ISO 8601; null for all that is stored. */
    readonly at: string | null;
    /** Registry → from when to when it could have been restored. */
    readonly ranges: Readonly<Record<string, Range>>;
    /** Registry → seconds from the beginning until its leader answered, to within one. */
    readonly answered: Readonly<Record<string, number>>;
    readonly digests: Digests;
    /** Whether all digests are the expected ones; null where none were expected. */
    readonly asExpected: boolean | null;
    /** Those from one of the restored registries to another. */
    readonly references: readonly CheckedReference[];
    /** Seconds of each, in order. */
    readonly phases: readonly { readonly phase: string; readonly seconds: number }[];
    readonly seconds: number;
}

/** @throws LabError, having taken down what it began, where what is asked for cannot be restored */
export async function restore(request: RestoreRequest): Promise<RestoreReport> {
    const { from, registries, expected, keysFile, toolchain, home, onPhase } = request;
    const timed = phases(onPhase);
    const site = openSite(ENVIRONMENT, { home, nodes: "real" });
    refuseSecond(site);
    const config = stackConfig(ENVIRONMENT);
    const source = sourceOf(from, home, config);
    const { root, intermediateDays } = config.keys;
    const keys = await timed.phase("keys", keysFile ?? `from the state of ${root}`, () =>
        keysFile === undefined
            ? keysFor(ENVIRONMENT, root, toolchain)
            : recoveredKeys(keysFile, ENVIRONMENT, intermediateDays),
    );
    const { at, ranges, generations, bytes } = await timed.phase(
        "versions",
        `what ${from} has stored: from when to when, and whether it is whole`,
        () => choose({ source, registries, keys, at: request.at }, config),
    );
    await refuseFullDisk(home, bytes);
    try {
        const { answered, digests, references } = await build(
            { ...request, at, generations },
            site,
            source,
            keys,
            timed,
        );
        return {
            site: ENVIRONMENT,
            from,
            at: at?.toISOString() ?? null,
            ranges,
            answered,
            digests,
            asExpected: expected === undefined ? null : same(digests, expected),
            references,
            ...timed.report(),
        };
    } catch (error) {
        onPhase("undone", "the environment is taken down again");
        await discard(home, toolchain).catch((left: unknown) => {
            // Not in place of why it is taken down.
            onPhase("left", `${explain(left)}; take it away with npm run restore -- --remove`);
        });
        throw error;
    }
}

async function build(
    { from, at, registries, generations, toolchain, home }: RestoreRequest & Pick<Stamp, "generations">,
    site: Site,
    source: SitePaths,
    keys: Keys,
    timed: Phases,
): Promise<Pick<RestoreReport, "answered" | "digests" | "references">> {
    await timed.phase("site", "a control plane, a network and machines of its own", async () => {
        await lab.up([ENVIRONMENT], { home, nodes: "real" });
        const address = planNetwork(stackConfig(ENVIRONMENT)).hosts[objectStoreName(from)] ?? "";
        const folder = await bucketFolder(source, registryNamespace(registries[0] ?? ""));
        const disk = path.dirname(path.dirname(folder));
        await ensureRescue(site, { site: from, address, disk }, keys.issuer);
    });
    const configFile = path.join(home, "restore", `Pulumi.${ENVIRONMENT}.yaml`);
    await makeDirectory(path.dirname(configFile));
    const template = await fs.readFile(stackFile(ENVIRONMENT), "utf8");
    await ensureFile(configFile, stampStackFile(template, { from, at: at?.toISOString(), registries, generations }));
    if (keys.handed !== undefined) {
        await ensureFile(handoverFile(home), JSON.stringify(keys.handed));
    }
    const environment = keys.handed === undefined ? {} : { EMBASSY_HANDOVER: handoverFile(home) };
    const elapsed = (): number => timed.report().seconds;
    const answered = await timed.phase("registries", `pulumi up with ${registries.join(", ")}`, () =>
        bringUp(site, configFile, registries, { toolchain, environment, elapsed }),
    );
    return timed.phase("verification", "digests of every table, and references from registry to registry", async () => {
        const digests = await digestsOf(registries);
        const { checked } = await checkReferences(registries.map(parseRegistry), (name) =>
            databaseOf(name, ENVIRONMENT),
        );
        return { answered, digests, references: checked };
    });
}

/** `pulumi up`, ended as soon as a registry's members say that they cannot. */
async function bringUp(
    site: Site,
    configFile: string,
    registries: readonly string[],
    {
        toolchain,
        environment,
        elapsed,
    }: { toolchain: Toolchain; environment: NodeJS.ProcessEnv; elapsed: () => number },
): Promise<RestoreReport["answered"]> {
    const [up, done] = [new AbortController(), new AbortController()];
    // Kept, not thrown: nobody waits for it before the CLI has ended.
    const followed = followMembers(site, registries, done.signal, elapsed).catch((error: unknown) => {
        up.abort();
        return error as Error;
    });
    const result = await upStack(ENVIRONMENT, toolchain, { configFile, environment, capture: true, signal: up.signal });
    done.abort();
    const answered = await followed;
    if (answered instanceof Error) {
        throw answered;
    }
    if (result.code !== 0) {
        throw new LabError(`pulumi up of ${ENVIRONMENT} failed:\n${result.output.trim()}`);
    }
    return answered;
}

/** Keys of the environment that came out of custody: there as long as it is, for a later `up`. */
function handoverFile(home: string): string {
    return path.join(home, "restore", "handover.json");
}

/** Takes an environment down, and whatever is left of one. */
export async function discard(home: string, toolchain: Toolchain): Promise<void> {
    await fs.rm(handoverFile(home), { force: true });
    if ((await lab.knownSites({ home })).includes(ENVIRONMENT)) {
        await lab.down([ENVIRONMENT], { home, deleteData: true });
    }
    const state = stateFile(ENVIRONMENT);
    if (await fs.stat(state).catch(() => undefined)) {
        // Its cluster is gone, and all that the state speaks of with it.
        const args = ["stack", "rm", ENVIRONMENT, "--yes", "--force", "--preserve-config"];
        const { code, output } = await runPulumi(args, { toolchain, capture: true });
        if (code !== 0) {
            throw new LabError(`The state of ${ENVIRONMENT} could not be removed:\n${output.trim()}`);
        }
    }
}

/** @throws LabError where there is an environment already: it may be in use */
function refuseSecond({ paths }: Site): void {
    if (foundedWith(paths) !== undefined) {
        throw new LabError(
            `There is a site ${paths.site} already, and a restore never writes into one. Look at it with ` +
                `npm run data -- count --site ${paths.site}, or remove it: npm run restore -- --remove`,
        );
    }
}

/** @throws LabError for a site that the environment does not know as a peer */
function sourceOf(from: string, home: string, { networking }: EmbassyConfig): SitePaths {
    const known = Object.keys(networking.peers);
    if (!known.includes(from)) {
        throw new LabError(`There is no site "${from}" to restore from: choose from ${known.join(", ")}.`);
    }
    return new SitePaths(home, from);
}

async function digestsOf(registries: readonly string[]): Promise<Digests> {
    const digests: Record<string, Record<string, string>> = {};
    for (const name of registries) {
        const registry = parseRegistry(name);
        digests[name] = await digest(databaseOf(registry, ENVIRONMENT), registry);
    }
    return digests;
}

/** Whether every expected table is there with its digest. */
function same(digests: Digests, expected: Digests): boolean {
    return Object.entries(expected).every(([registry, tables]) =>
        Object.entries(tables).every(([table, wanted]) => digests[registry]?.[table] === wanted),
    );
}
