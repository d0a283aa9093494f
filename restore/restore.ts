/**
 * Makes a restore environment: a site of its own, from the same program, whose registries come from what another site has stored. The other
 * site is never written to, and nothing of it has to run.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { databaseOf } from "../data/connect";
import type { Registry } from "../data/registries";
import type { EmbassyConfig } from "../infra/site/config";
import type { Instant } from "../infra/conventions/instant";
import { planNetwork, objectStoreName } from "../infra/networking/addresses";
import { registryNamespace } from "../infra/conventions/names";
import type { StoreUsers } from "../infra/conventions/object-store";
import type { Toolchain } from "../toolchain/cli/environment";
import { LabError, explain } from "../lab/errors";
import { ensureFile } from "../command-line/files";
import * as lab from "../lab/lab";
import { type Site, openSite } from "../lab/options";
import { SitePaths } from "../lab/paths";
import { refuseFullDisk } from "../lab/preflight";
import { type Chosen, choose } from "./choose";
import { type Environment, TEMPLATE_FILE, templateConfig } from "./environment";
import { type Comparison, type Digests, compareDigests } from "./expect";
import { DiskFull } from "./follow";
import { type Keys, keysFor, recoveredKeys } from "./keys";
import { type Lived, live } from "./life";
import { DoesNotOpen } from "./look";
import { type Phases, phases } from "./phases";
import { alone, discard, markKept, markUnfinished, presenceOf } from "./presence";
import type { Range } from "./range";
import { bringUp } from "./registries";
import { type RescueSource, ensureRescue } from "../lab/nodes/rescue";
import { type Source, copyIn, storeOf } from "./source";
import { type Stamp, stampStackFile } from "./stamp";
import { type Proof, verify } from "./verify";

export { discard };

export interface RestoreRequest {
    /** The environment to make. */
    readonly environment: Environment;
    /** Site whose backups are restored. */
    readonly from: string;
    /** A folder with a copy of one registry's backups, in place of the disk of the site's store. */
    readonly copy: string | undefined;
    /** The instant to restore to (PITR). Without it: everything stored of one registry, or the last instant that several registries have in common. */
    readonly at: Instant | undefined;
    /** Seconds to wait for what is not stored yet; none by default. */
    readonly wait?: number;
    readonly registries: readonly Registry[];
    /** Digests that must come out, for every table of each registry. */
    readonly expected: Digests | undefined;
    /** A file of recovered keys, in place of the state of the stack that holds the root. */
    readonly keysFile: string | undefined;
    readonly toolchain: Toolchain;
    readonly home: string;
    /** Called when a phase begins. */
    readonly onPhase: (phase: string, detail: string) => void;
}

export interface RestoreReport extends Proof {
    readonly site: string;
    readonly from: string;
    /** Null for everything that is stored. */
    readonly at: Instant | null;
    /** Registry → the period for which it could have been restored. */
    readonly ranges: Readonly<Record<string, Range>>;
    /** Registry → seconds from the beginning until its leader answered, to the second; empty where not all of them do. */
    readonly answered: Readonly<Record<string, number>>;
    /** Whether all digests are the expected ones; null where none were expected. */
    readonly asExpected: boolean | null;
    /** The tables that were compared with the expected digests, and those that differ; null where none were expected. */
    readonly comparison: Comparison | null;
    /** Seconds of each phase, in order. */
    readonly phases: readonly { readonly phase: string; readonly seconds: number }[];
    readonly seconds: number;
}

interface Prepared {
    readonly source: Source;
    readonly keys: Keys;
    readonly chosen: Chosen;
    readonly stamp: Stamp;
}

type Answered = RestoreReport["answered"];

/**
 * An environment that answers is kept even where it could not be verified: the report says what was not verified.
 *
 * @throws LabError where the request cannot be restored, or somebody else works on it; what the run began is removed again
 */
export function restore(request: RestoreRequest): Promise<RestoreReport> {
    const { environment, home, registries, onPhase } = request;
    const { site: name, removal } = environment;
    const timed = phases(onPhase);
    const site = openSite(name, { home, nodes: "real" });
    const told = {
        unfinished: "what a run left that was killed is taken down",
        failed: "the environment is taken down again",
    };
    return alone(environment, home, async () => {
        const lived = await live<Prepared, Answered, Proof>({
            presence: () => Promise.resolve(presenceOf(environment, home)),
            refusal: () => thereAlready(environment),
            prepare: () => prepare(request, timed),
            begin: async ({ chosen }) => {
                await refuseFullDisk(home, chosen.bytes);
                await markUnfinished(environment);
            },
            make: (prepared, onAnswer) => build(request, prepared, site, timed, onAnswer),
            keep: () => markKept(environment),
            verify: () =>
                timed.phase("verification", "digests of every table, and references from registry to registry", () =>
                    verify(registries, (registry) => databaseOf(registry, name)),
                ),
            remove: () => discard(environment, home),
            stay: (failure) => haltedBy(failure, environment, home),
            onRemoval: (why, error) =>
                why === "left"
                    ? onPhase("left", `${explain(error)}; take it away with ${removal}`)
                    : onPhase("undone", told[why]),
        });
        return { ...reportOf(request, lived), ...timed.report() };
    });
}

/** On a full disk the other sites would stop too, so the environment is kept but stopped. */
async function haltedBy(failure: unknown, { site, removal }: Environment, home: string): Promise<unknown> {
    if (!(failure instanceof DiskFull)) {
        return failure;
    }
    await lab.down([site], { home });
    return new LabError(
        `${failure.message} ${site} was stopped, with what it has: once there is room, npm run lab -- up ${site} goes on with it; ` +
            `or take it away: ${removal}`,
    );
}

const UNPROVEN: Proof = { digests: {}, rows: {}, empty: [], references: [], problems: [] };

function reportOf(
    { environment, from, expected }: RestoreRequest,
    { prepared: { chosen }, made, proof = UNPROVEN, failure }: Lived<Prepared, Answered, Proof>,
): Omit<RestoreReport, "phases" | "seconds"> {
    const comparison = expected === undefined ? null : compareDigests(expected, proof.digests);
    return {
        site: environment.site,
        from,
        at: chosen.at ?? null,
        ranges: chosen.ranges,
        answered: made ?? {},
        ...proof,
        problems: failure === undefined ? proof.problems : [...proof.problems, explain(failure)],
        asExpected: comparison && failure === undefined && comparison.differing.length === 0,
        comparison,
    };
}

/** Gets the keys and looks at what is stored, which finds everything that can be refused before anything is made. */
async function prepare(request: RestoreRequest, timed: Phases): Promise<Prepared> {
    const { environment, from, copy, registries, keysFile, toolchain } = request;
    const config = templateConfig();
    const source = sourceOf(request, config);
    const { root, intermediateDays } = config.keys;
    const keys = await timed.phase("keys", keysFile ?? `from the state of ${root}`, () =>
        keysFile === undefined
            ? keysFor(config.site.name, root, toolchain)
            : recoveredKeys(keysFile, config.site.name, intermediateDays),
    );
    const chosen = await timed.phase(
        "versions",
        `what ${from} has stored${copy === undefined ? "" : `, as copied to ${copy}`}: from when to when, and whether it is whole`,
        () =>
            choose({ source, registries, keys, at: request.at, wait: request.wait ?? 0 }, config).catch(
                (error: unknown) => {
                    throw error instanceof DoesNotOpen ? error.with(keys.origin) : error;
                },
            ),
    );
    const { at, generations } = chosen;
    const stamp = { site: environment.site, from, at, registries, generations };
    return { source, keys, chosen, stamp };
}

async function build(
    { environment, registries, toolchain, home }: RestoreRequest,
    { source, keys, stamp }: Prepared,
    site: Site,
    timed: Phases,
    onAnswer: () => void,
): Promise<Answered> {
    await ensureFile(environment.stackFile, stampStackFile(await fs.readFile(TEMPLATE_FILE, "utf8"), stamp));
    await timed.phase("site", "a control plane, a network and machines of its own", async () => {
        await lab.up([environment.site], { home, nodes: "real" });
        await ensureRescue(site, await served(source, stamp, keys), keys.issuer);
    });
    if (keys.handed !== undefined) {
        await ensureFile(environment.crossStackSecrets, JSON.stringify(keys.handed));
    }
    const variables = keys.handed === undefined ? {} : { EMBASSY_CROSS_STACK_SECRETS: environment.crossStackSecrets };
    const elapsed = (): number => timed.report().seconds;
    return timed.phase("registries", `pulumi up with ${registries.join(", ")}`, () =>
        bringUp(site, registries, { toolchain, environment: variables, elapsed, onAnswer }),
    );
}

/** The existing environment may be in use. */
function thereAlready({ site, removal }: Environment): LabError {
    return new LabError(
        `There is a site ${site} already, and a restore never writes into one. Look at it with ` +
            `npm run data -- count --site ${site}, remove it (${removal}), or make another beside it: --name NAME`,
    );
}

/** The source of the store that the environment looks for: the disk of the whole store, or a copy of one registry's bucket. */
async function served(source: Source, { from, registries, generations }: Stamp, keys: Keys): Promise<RescueSource> {
    const address = planNetwork(templateConfig()).hosts[objectStoreName(from)] ?? "";
    const [registry = ""] = registries;
    const bucket = await source.bucket(registry);
    const readers = Object.assign(
        {},
        ...registries.map((one) => readersOf(one, keys, Object.values(generations[one] ?? {}))),
    ) as StoreUsers;
    return source.isCopy
        ? { site: from, address, folder: bucket, bucket: registryNamespace(registry), readers }
        : { site: from, address, folder: path.dirname(path.dirname(bucket)), bucket: undefined, readers };
}

/** Users who read a registry's bucket, with each generation of its keys. */
function readersOf(registry: string, keys: Keys, generations: readonly number[]): StoreUsers {
    const bucket = registryNamespace(registry);
    return Object.fromEntries(
        generations.map((generation) => {
            const { id, secret } = keys.of(registry, generation).read;
            return [id, { secret, right: "read", bucket }];
        }),
    );
}

/** @throws LabError for a site that is not a peer of the environment, and for a copy of several registries */
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
