/** `kubeClientSettings` limit how many requests a provider sends to its API server. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckFailure } from "../../plugin/provider";
import { type Plain, type PlainMap, UNKNOWN } from "../../plugin/values";
import { isMap } from "./objects";

export interface ClientSettings {
    /** Requests per second, once `burst` of them have gone out together. */
    readonly qps: number;
    readonly burst: number;
    /** Seconds that the API server may take to answer. */
    readonly timeout: number;
}

/**
 * Option → the environment variable that stands in for it, and the default. Upstream's defaults are 50, 120 and 32 s. Here nobody is slowed
 * down who has not asked for it, because an API server that gets too many requests says so (429) and is asked again, and its own
 * time limit of a minute gives a better answer than silence.
 */
const SETTINGS: Readonly<Record<keyof ClientSettings, readonly [string, number]>> = {
    qps: ["PULUMI_K8S_CLIENT_QPS", Infinity],
    burst: ["PULUMI_K8S_CLIENT_BURST", 120],
    timeout: ["PULUMI_K8S_CLIENT_TIMEOUT", 70],
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @param option as the engine hands it over: an object, or an object in JSON */
export function clientSettings(option: Plain | undefined, environment: Environment): ClientSettings {
    const said = objectOf(option);
    const read = (name: keyof ClientSettings): number => {
        const [variable, byDefault] = SETTINGS[name];
        const value = numberOf(said[name] ?? environment[variable]);
        return value !== undefined && value > 0 ? value : byDefault;
    };
    return { qps: read("qps"), burst: read("burst"), timeout: read("timeout") };
}

export function* checkClientSettings(option: Plain | undefined, environment: Environment): Generator<CheckFailure> {
    const said = objectOf(option);
    for (const [name, [variable]] of Object.entries(SETTINGS)) {
        const [from, value] =
            said[name] === undefined || said[name] === null
                ? [variable, environment[variable]]
                : [`kubeClientSettings.${name}`, said[name]];
        const read = numberOf(value);
        if (value !== undefined && value !== "" && value !== UNKNOWN && (read === undefined || read <= 0)) {
            const reason = `${from} is ${JSON.stringify(value)}: it must be a number greater than 0`;
            yield { property: "kubeClientSettings", reason };
        }
    }
}

function objectOf(option: Plain | undefined): PlainMap {
    if (typeof option !== "string") {
        return isMap(option) ? option : {};
    }
    try {
        const parsed = JSON.parse(option) as Plain;
        return isMap(parsed) ? parsed : {};
    } catch {
        return {};
    }
}

function numberOf(value: Plain | undefined): number | undefined {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A bucket of tokens: `burst` at first, and `qps` more every second. */
export class Throttle {
    private next = 0;

    constructor(private readonly settings: Pick<ClientSettings, "qps" | "burst">) {}

    /** Milliseconds to wait before a request may go that is asked for at `now` (milliseconds of a clock that never goes back). */
    reserve(now: number): number {
        const { qps, burst } = this.settings;
        const interval = 1000 / qps;
        // Each request delays the moment at which the bucket is full again.
        this.next = Math.max(this.next, now) + interval;
        return Math.max(0, this.next - now - burst * interval);
    }

    async turn(signal?: AbortSignal): Promise<void> {
        const delay = this.reserve(performance.now());
        if (delay > 0) {
            await sleep(delay, undefined, { signal });
        }
    }
}
