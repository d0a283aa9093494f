/** The report of an example change: data is replaced, a flow opens, and a registry grows. */
import { compareStack } from "../../preview/compare-stack";
import type { Report } from "../../preview/report";
import { asItIs, edited, reportOf, sideOf, stackText } from "./fixture";

const STACK = "luxembourg";
const EDITS = [
    ["class: embassy-local", "class: embassy-fast"],
    ["networks: [198.51.100.0/24]", "networks: [203.0.113.0/24]"],
    ["land: {number: 1, members: 2", "land: {number: 1, members: 3"],
] as const;

export async function exampleReport(): Promise<Report> {
    const text = EDITS.reduce((before, [from, to]) => edited(STACK, from, to, before), stackText(STACK));
    return reportOf(compareStack(STACK, "compared", await asItIs(STACK), await sideOf(STACK, text)));
}
