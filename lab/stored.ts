/** How a site's stored versions are: what ended when, as its API server tells, and how old what is in the stores is. */
import { REGISTRIES } from "../infra/conventions/registries";
import { LABEL } from "../infra/conventions/names";
import {
    type ScheduledJob,
    type StoredState,
    type StoringJob,
    storedStates,
} from "../infra/registries/backups/overdue";
import { type Ages, tooOld } from "../infra/registries/backups/stored/ages";
import { stackConfig } from "../toolchain/cli/stack-config";
import { stackFolder } from "../toolchain/cli/stack-file";
import { agesIn } from "./ages";
import { LabError, explain } from "./errors";
import { SitePaths } from "./paths";
import { PROBE_MS, get } from "./probe";

/** What a store holds of a registry. */
export interface StoreState extends Ages {
    readonly registry: string;
    /** The site whose store it is. */
    readonly store: string;
    /** What of it is too old, where this site is the one that stores; absent where nothing is. */
    readonly problem?: string;
}

export interface Stored {
    /** What stores and verifies versions here; empty where nothing runs. */
    readonly stored: readonly StoredState[];
    /** Of this site's store, and of the other one where this site stores in it. */
    readonly stores: readonly StoreState[];
    /** Why nothing, or not all, is known of it. */
    readonly unknown?: string;
}

/**
 * @param up whether the site is up; where it is not, only how old is what is in its store
 * @param port of its API server; undefined where it does not run
 */
export async function storedOf(
    paths: SitePaths,
    up: boolean,
    port: number | undefined,
    now = Date.now(),
): Promise<Stored> {
    const [jobs, failure] = await settled(up ? jobsIn(paths, port) : NO_JOBS, NO_JOBS);
    const [stores, blind] = await settled(storesOf(paths, jobs, now), []);
    const unknown = [failure, blind].filter((each) => each !== undefined).join(" ");
    return {
        stored: storedStates(jobs.schedules, jobs.jobs, now),
        stores,
        ...(unknown !== "" && { unknown }),
    };
}

interface Jobs {
    readonly schedules: readonly ScheduledJob[];
    readonly jobs: readonly StoringJob[];
}

const NO_JOBS: Jobs = { schedules: [], jobs: [] };

/** @throws LabError where the API server refuses, and a system error where it does not answer in time */
async function jobsIn(paths: SitePaths, port: number | undefined): Promise<Jobs> {
    if (port === undefined) {
        throw new LabError(`The API server of ${paths.site} does not run.`);
    }
    const list = async <T extends ScheduledJob | StoringJob>(kind: string): Promise<T[]> => {
        const path = `/apis/batch/v1/${kind}?labelSelector=${encodeURIComponent(LABEL.registry)}`;
        const { status, body } = await get(paths, { port, path, authority: "ca", as: "admin" }, PROBE_MS);
        if (status !== 200) {
            throw new LabError(`The API server of ${paths.site} answered ${status} to GET ${path}.`);
        }
        return (JSON.parse(body) as { items: T[] }).items;
    };
    const [schedules, jobs] = await Promise.all([list<ScheduledJob>("cronjobs"), list<StoringJob>("jobs")]);
    return { schedules, jobs };
}

async function storesOf(paths: SitePaths, { schedules, jobs }: Jobs, now: number): Promise<StoreState[]> {
    const config = stackConfig(paths.site, stackFolder(paths.site, paths.home));
    const named = (items: readonly (ScheduledJob | StoringJob)[], registry: string, name: string) =>
        items.find(({ metadata }) => metadata.labels?.[LABEL.registry] === registry && metadata.name.startsWith(name));
    const statesOf = async (registry: string): Promise<StoreState[]> => {
        // The first versions' Jobs as well: somebody may have suspended a schedule, and theirs are anew with each generation of keys.
        const storing = [named(schedules, registry, "store-full"), named(jobs, registry, "store-first-own")]
            .flatMap((each) =>
                each === undefined || each.spec.suspend === true ? [] : each.metadata.creationTimestamp,
            )
            .sort();
        const since = storing.at(-1);
        const partner = "restore" in config ? undefined : config.site.partner;
        const hasPartner = partner !== undefined && named(jobs, registry, "store-first-partner") !== undefined;
        const found = await Promise.all(
            [paths.site, ...(since !== undefined && hasPartner ? [partner] : [])].map(async (store) => {
                const ages = await agesIn(new SitePaths(paths.home, store), registry);
                const problem = since === undefined ? undefined : tooOld(ages, { ...config.recovery, since }, now);
                return { registry, store, ...ages, ...(problem !== undefined && { problem }) };
            }),
        );
        // Of what nobody stores here there may be nothing to say.
        return found.filter(({ version, wal }) => since !== undefined || version !== undefined || wal !== undefined);
    };
    return (await Promise.all(REGISTRIES.map(statesOf))).flat();
}

/** What was found, or what else is taken for it and why. */
async function settled<T>(found: T | Promise<T>, otherwise: T): Promise<[T, string?]> {
    try {
        return [await found];
    } catch (error) {
        return [otherwise, `How old stored versions are is not known: ${explain(error)}`];
    }
}
