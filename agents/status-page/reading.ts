/** A site as its Prometheus has it, read from the answers. Pure. */
import { z } from "zod";
import { type Firing, firingIn } from "../../infra/monitoring/answer";
import { AgentError, messageOf } from "../agent";
import type { Asked } from "./queries";

export interface Registry {
    readonly name: string;
    /** The member that leads here, if one does. */
    readonly leader: string | undefined;
    /** Whether that one writes, or follows the other site's. */
    readonly role: "primary" | "standby" | undefined;
    /** When the other site was last heard, in seconds since 1970; measured at a standby. */
    readonly heard: number | undefined;
    /** Until when it may write, likewise; measured at a primary. */
    readonly leaseEnd: number | undefined;
}

export interface Backup {
    /** Empty for work that concerns the whole object store. */
    readonly registry: string;
    readonly work: string;
    /** When it last ended well, in seconds since 1970; undefined where it never has. */
    readonly last: number | undefined;
    readonly isLate: boolean;
}

export interface Line {
    readonly registry: string;
    /** Seconds since 1970, and bytes. */
    readonly points: readonly (readonly [at: number, bytes: number])[];
}

export interface Reading {
    /** When Prometheus was asked, in milliseconds since 1970. */
    readonly at: number;
    readonly alerts: readonly Firing[];
    readonly registries: readonly Registry[];
    readonly lag: readonly Line[];
    readonly backups: readonly Backup[];
    /** The first to end comes first; seconds since 1970. */
    readonly certificates: readonly { readonly name: string; readonly end: number }[];
    readonly machines: { readonly count: number; readonly away: readonly string[] };
    readonly workloads: readonly { readonly name: string; readonly missing: number }[];
    readonly differing: readonly string[];
}

const labels = z.record(z.string(), z.string());
const point = z.tuple([z.number(), z.string().transform(Number)]);
/** https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats */
const vector = z
    .object({ data: z.object({ result: z.array(z.object({ metric: labels, value: point })) }) })
    .transform(({ data }) => data.result.map(({ metric, value: [, value] }) => ({ metric, value })));
const matrix = z
    .object({ data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) }) })
    .transform(({ data }) => data.result);

/** @param at milliseconds since 1970 @throws AgentError where an answer is not as Prometheus' interface has it, or it does not judge */
export function readingOf(asked: Asked, at: number): Reading {
    try {
        return read(asked, at);
    } catch (error) {
        throw new AgentError(`Prometheus: ${messageOf(error)}`);
    }
}

function read(asked: Asked, at: number): Reading {
    const of = (question: keyof Asked) => vector.parse(asked[question]);
    const by = (question: keyof Asked): ReadonlyMap<string, number> =>
        new Map(of(question).map(({ metric, value }) => [key(metric["registry"], metric["work"]), value]));
    const [heard, leases, last] = [by("heard"), by("leases"), by("backups")];
    const [leaders, followers, machines] = [of("leaders"), of("followers"), of("machines")];
    return {
        at,
        alerts: firingIn(asked.rules, at),
        registries: names(of("members"), leaders, followers).map((name): Registry => {
            const leading = (all: typeof leaders) => all.find(({ metric }) => metric["registry"] === name);
            const [writes, follows] = [leading(leaders), leading(followers)];
            return {
                name,
                leader: (writes ?? follows)?.metric["member"],
                role: writes ? "primary" : follows ? "standby" : undefined,
                heard: heard.get(key(name)),
                leaseEnd: leases.get(key(name)),
            };
        }),
        lag: sorted(
            matrix
                .parse(asked.lag)
                .map(({ metric, values }) => ({ registry: metric["registry"] ?? "", points: values })),
            ({ registry }) => registry,
        ),
        backups: sorted(
            of("problems").map(({ metric: { registry = "", work = "" }, value }) => ({
                registry,
                work,
                last: last.get(key(registry, work)),
                isLate: value === 1,
            })),
            ({ registry, work }) => key(registry, work),
        ),
        certificates: of("certificates")
            .map(({ metric: { namespace = "", certificate = "" }, value }) => ({
                name: `${namespace}/${certificate}`,
                end: value,
            }))
            .sort((one, other) => one.end - other.end || one.name.localeCompare(other.name)),
        machines: {
            count: machines.length,
            away: machines.flatMap(({ metric, value }) => (value === 1 ? [] : [metric["machine"] ?? ""])).sort(),
        },
        workloads: sorted(
            of("missing").map(({ metric: { namespace = "", kind = "", workload = "" }, value }) => ({
                name: `${kind} ${namespace}/${workload}`,
                missing: value,
            })),
            ({ name }) => name,
        ),
        differing: names(of("differs")),
    };
}

type Samples = readonly { readonly metric: Readonly<Record<string, string>> }[];

/** The registries that the samples are about. */
function names(...all: readonly Samples[]): string[] {
    return [...new Set(all.flat().flatMap(({ metric }) => metric["registry"] ?? []))].sort();
}

function key(registry = "", work = ""): string {
    return JSON.stringify([registry, work]);
}

function sorted<T>(all: readonly T[], by: (one: T) => string): T[] {
    return [...all].sort((one, other) => by(one).localeCompare(by(other)));
}

/** red: somebody is called. amber: somebody looks at it on the next working day. */
export type Verdict = "red" | "amber" | "green";

/** What is known of the site now. */
export interface Known {
    /** The last reading; undefined where there has been none yet. */
    readonly reading: Reading | undefined;
    /** Since when Prometheus has not answered, in milliseconds since 1970, and why; undefined where it has. */
    readonly silent: { readonly since: number; readonly why: string } | undefined;
}

/** Milliseconds after which what is shown is no longer how the site is. */
export const STALE_MS = 15_000;

export function isStale({ at }: Reading, now: number): boolean {
    return now - at > STALE_MS;
}

/** The worst first. Of what nobody knows it does not follow that nothing is wrong. @param now milliseconds since 1970 */
export function verdictOf({ reading, silent }: Known, now: number): Verdict {
    if (reading === undefined || isStale(reading, now) || reading.alerts.some(({ severity }) => severity === "page")) {
        return "red";
    }
    return silent !== undefined || reading.alerts.length > 0 ? "amber" : "green";
}
