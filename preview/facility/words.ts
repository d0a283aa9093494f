/** Writes a margin in words. Pure. */
import type { Fault, Left } from "../../infra/cluster/facility/margin";
import { groupBy } from "../group";

/** `feed a while rack b1 is under maintenance` */
export function faultText({ fails, during }: Fault): string {
    return during === undefined ? fails : `${fails} while ${during} is under maintenance`;
}

/** `3 of 5 members, 3 needed`; for room and power it is the part that nobody uses. */
export function leftText({ unit, left, needed, of }: Omit<Left, "what">): string {
    const [is, all] = [left, of].map(figure);
    const atLeast = needed > 0 ? `, ${needed} needed` : "";
    return `${is} of ${all} ${unit}${atLeast}`;
}

/** The same rest of several parts is told once. */
export function leftTexts(all: readonly Left[]): string[] {
    return [...groupBy(all, leftText)].map(([text, alike]) => `${namesText(alike.map(({ what }) => what))} ${text}`);
}

const REGISTRY = /^registry /;
/** Where there are more registries than this, they are counted instead of named. */
const SHOWN = 3;

export function namesText(names: readonly string[]): string {
    const registries = names.filter((name) => REGISTRY.test(name));
    const rest = names.filter((name) => !REGISTRY.test(name));
    const told = registries.length > SHOWN ? [`each of ${registries.length} registries`] : registries;
    return [...told, ...rest].join(" and ");
}

/** `99.99846 %`: as many digits as both bounds have in common, and one more, in which they differ, where there are few. */
export function percent({ low, high }: { readonly low: number; readonly high: number }): string {
    const [from, to] = [low, high].map((share) => (share * 100).toFixed(5)) as [string, string];
    return from === to ? `${from} %` : `${from} to ${to} %`;
}

/** `12 400`, `86.05` */
export function figure(value: number): string {
    return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value).replaceAll(",", " ");
}
