/**
 * How often each kind of component fails and how long it is then away, in hours. These are assumptions on the gloomy side: replace them once
 * a site has records of its own.
 */
import type { Kind } from "./facility";

export interface Rate {
    /** Mean time from a repair to the next failure. */
    readonly mtbf: number;
    /** Mean time from a failure until it is back, with spare parts on the site and somebody to fit them. */
    readonly mttr: number;
}

const YEAR = 8760;

export const RATES: Readonly<Record<Kind, Rate>> = {
    feed: { mtbf: 5 * YEAR, mttr: 8 },
    "cooling loop": { mtbf: 3 * YEAR, mttr: 12 },
    rack: { mtbf: 20 * YEAR, mttr: 24 },
    switch: { mtbf: 10 * YEAR, mttr: 8 },
    uplink: { mtbf: YEAR / 2, mttr: 8 },
    host: { mtbf: 3 * YEAR, mttr: 24 },
};
