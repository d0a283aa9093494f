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
import type { Instant } from "../../infra/config/instant";
import { planNetwork, objectStoreName } from "../../infra/plan/addresses";
import { registryNamespace } from "../../infra/plan/registries";
import type { Toolchain } from "../../toolchain/cli/environment";
import { runPulumi } from "../../toolchain/cli/run";
import { copiesFolder, stackFile } from "../../toolchain/cli/stack-file";
import { stateFile } from "../../toolchain/cli/states";
import { upStack } from "../../toolchain/cli/up";
import { LabError, explain } from "../errors";
import { ensureFile } from "../files";
import * as lab from "../lab";
import { type Site, foundedWith, openSite } from "../options";
import { SitePaths } from "../paths";
import { refuseFullDisk } from "../preflight";
import { choose } from "./choose";
import { type Environment, TEMPLATE_FILE, templateConfig } from "./environment";
import { followMembers } from "./follow";
import { type Keys, keysFor, recoveredKeys } from "./keys";
import { type Phases, phases } from "./phases";
import type { Range } from "./range";
import { type RescueSource, ensureRescue } from "./rescue";
import { type Source, copyIn, storeOf } from "./source";
import { type Stamp, stampStackFile } from "./stamp";

export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface RestoreRequest {
    /** Which is to be made. */
    readonly environment: Environment;
    /** Site whose stored versions are restored. */
    readonly from: string;
    /** A folder that those of one registry were copied to, in place of the disk of the site's store. */
    readonly copy: string | undefined;
    /** The last instant that is to be in it; where none is given, of one registry all that is stored, of several the last in common. */
    readonly at: Instant | undefined;
    /** Seconds for which it is waited for what is not stored yet; none by default. */
    readonly wait?: number;
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
    /** Null for all that is stored. */
    readonly at: Instant | null;
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
    const { environment, from, copy, registries, expected, keysFile, toolchain, home, onPhase } = request;
    const timed = phases(onPhase);
    const site = openSite(environment.site, { home, nodes: "real" });
    refuseSecond(site, environment);
    const config = templateConfig();
    const source = sourceOf(request, config);
    const { root, intermediateDays } = config.keys;
    const keys = await timed.phase("keys", keysFile ?? `from the state of ${root}`, () =>
        keysFile === undefined
            ? keysFor(config.site.name, root, toolchain)
            : recoveredKeys(keysFile, config.site.name, intermediateDays),
    );
    const { at, ranges, generations, bytes } = await timed.phase(
        "versions",
        `what ${from} has stored${copy === undefined ? "" : `, as copied to ${copy}`}: from when to when, and whether it is whole`,
        () => choose({ source, registries, keys, at: request.at, wait: request.wait ?? 0 }, config),
    );
    await refuseFullDisk(home, bytes);
    try {
        const stamp = { site: environment.site, from, at, registries, generations };
        const { answered, digests, references } = await build(request, stamp, site, source, keys, timed);
        return {
            site: environment.site,
            from,
            at: at ?? null,
            ranges,
            answered,
            digests,
            asExpected: expected === undefined ? null : same(digests, expected),
            references,
            ...timed.report(),
        };
    } catch (error) {
        onPhase("undone", "the environment is taken down again");
        await discard(environment, home, toolchain).catch((left: unknown) => {
            // Not in place of why it is taken down.
            onPhase("left", `${explain(left)}; take it away with ${environment.removal}`);
        });
        throw error;
    }
}

async function build(
    { environment, registries, toolchain, home }: RestoreRequest,
    stamp: Stamp,
    site: Site,
    source: Source,
    keys: Keys,
    timed: Phases,
): Promise<Pick<RestoreReport, "answered" | "digests" | "references">> {
    await ensureFile(environment.stackFile, stampStackFile(await fs.readFile(TEMPLATE_FILE, "utf8"), stamp));
    await timed.phase("site", "a control plane, a network and machines of its own", async () => {
        await lab.up([environment.site], { home, nodes: "real" });
        await ensureRescue(site, await served(source, stamp, keys), keys.issuer);
    });
    if (keys.handed !== undefined) {
        await ensureFile(environment.handover, JSON.stringify(keys.handed));
    }
    const variables = keys.handed === undefined ? {} : { EMBASSY_HANDOVER: environment.handover };
    const elapsed = (): number => timed.report().seconds;
    const answered = await timed.phase("registries", `pulumi up with ${registries.join(", ")}`, () =>
        bringUp(site, registries, { toolchain, environment: variables, elapsed }),
    );
    return timed.phase("verification", "digests of every table, and references from registry to registry", async () => {
        const digests = await digestsOf(registries, environment.site);
        const { checked } = await checkReferences(registries.map(parseRegistry), (name) =>
            databaseOf(name, environment.site),
        );
        return { answered, digests, references: checked };
    });
}

/** `pulumi up`, ended as soon as a registry's members say that they cannot. */
async function bringUp(
    site: Site,
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
    const stack = site.paths.site;
    const result = await upStack(stack, toolchain, { environment, capture: true, signal: up.signal });
    done.abort();
    const answered = await followed;
    if (answered instanceof Error) {
        throw answered;
    }
    if (result.code !== 0) {
        throw new LabError(`pulumi up of ${stack} failed:\n${result.output.trim()}`);
    }
    return answered;
}

/** Takes an environment down, and whatever is left of one. Only its report stays. */
export async function discard(environment: Environment, home: string, toolchain: Toolchain): Promise<void> {
    const { site } = environment;
    await fs.rm(environment.handover, { force: true });
    if ((await lab.knownSites({ home })).includes(site)) {
        await lab.down([site], { home, deleteData: true });
    }
    if (await fs.stat(stateFile(site, home)).catch(() => undefined)) {
        // Its cluster is gone, and all that the state speaks of with it.
        const args = ["stack", "rm", site, "--yes", "--force", "--preserve-config", "--remove-backups"];
        const { code, output } = await runPulumi(args, { toolchain, capture: true });
        if (code !== 0) {
            throw new LabError(`The state of ${site} could not be removed:\n${output.trim()}`);
        }
    }
    await fs.rm(stackFile(site, copiesFolder), { force: true });
    // The last: without it the lab does not know which machines the site has.
    await fs.rm(environment.stackFile, { force: true });
}

/** @throws LabError where there is an environment already: it may be in use */
function refuseSecond({ paths }: Site, { removal }: Environment): void {
    if (foundedWith(paths) !== undefined) {
        throw new LabError(
            `There is a site ${paths.site} already, and a restore never writes into one. Look at it with ` +
                `npm run data -- count --site ${paths.site}, remove it (${removal}), or make another beside it: --name NAME`,
        );
    }
}

/** The store that the environment looks for: off its disk, whole, or in place of it the copy of the one registry's bucket. */
async function served(source: Source, { from, registries, generations }: Stamp, keys: Keys): Promise<RescueSource> {
    const address = planNetwork(templateConfig()).hosts[objectStoreName(from)] ?? "";
    const [registry = ""] = registries;
    const bucket = await source.bucket(registry);
    if (!source.isCopy) {
        return { site: from, address, folder: path.dirname(path.dirname(bucket)), copy: undefined };
    }
    const reader = keys.of(registry, generations[registry]?.newest).read;
    return { site: from, address, folder: bucket, copy: { bucket: registryNamespace(registry), reader } };
}

/** @throws LabError for a site that the environment does not know as a peer, and for a copy of several registries */
function sourceOf({ from, copy, registries, home }: RestoreRequest, { networking }: EmbassyConfig): Source {
    const known = Object.keys(networking.peers);
    if (!known.includes(from)) {
        throw new LabError(`There is no site "${from}" to restore from: choose from ${known.join(", ")}.`);
    }
    if (copy === undefined) {
        return storeOf(new SitePaths(home, from));
    }
    if (registries.length !== 1) {
        throw new LabError(`A copy is of one registry, not of ${registries.join(", ")}: name it with --registry.`);
    }
    return copyIn(path.resolve(copy), home);
}

async function digestsOf(registries: readonly string[], site: string): Promise<Digests> {
    const digests: Record<string, Record<string, string>> = {};
    for (const name of registries) {
        const registry = parseRegistry(name);
        digests[name] = await digest(databaseOf(registry, site), registry);
    }
    return digests;
}

/** Whether every expected table is there with its digest. */
function same(digests: Digests, expected: Digests): boolean {
    return Object.entries(expected).every(([registry, tables]) =>
        Object.entries(tables).every(([table, wanted]) => digests[registry]?.[table] === wanted),
    );
}
