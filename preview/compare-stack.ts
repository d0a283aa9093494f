/** Compares what a stack declared before with what it declares now. Pure. */
import { facilityChange } from "./facility/compare";
import { pictureOf } from "./map/change";
import type { Rendered } from "./render/registrations";
import type { ObjectChange, StackReport } from "./report";
import { NO_FILE } from "./stack-file";
import { certificatesOf } from "./compare/certificates";
import { dangersOf } from "./compare/dangers";
import { flowChanges } from "./compare/flows";
import { groupBy } from "./group";
import { foldNoise } from "./compare/noise";
import { type Pair, objectChange, pairs } from "./compare/objects";
import { policyResults } from "./compare/policies";
import { restartsOf } from "./compare/restarts";
import { rightsChanges } from "./compare/rights";
import { lostRules } from "./compare/rules";
import { loweredSettings, settingsChanges } from "./compare/settings";
import type { Side } from "./side";

export const NOTHING: Side = { resources: [], outside: {}, file: NO_FILE };

/** The dangerous operations come first. */
const ORDER = ["delete", "replace", "update", "create"];

/** @param all pairs of resources on both sides, each with what happens to it, according to the engine where that tells */
export function compareStack(
    stack: string,
    state: StackReport["state"],
    before: Side,
    after: Side,
    all: readonly Pair[] = pairs(before.resources, after.resources),
): StackReport {
    const [olds, news] = [before, after].map(({ resources }) =>
        resources.flatMap(({ resource }) => resource ?? []),
    ) as [Rendered[], Rendered[]];
    const restarts = restartsOf(all);
    const { facility, dangers } = facilityChange(before.facts, after.facts);
    const settings = settingsChanges(`Pulumi.${stack}.yaml`, before.file, after.file);
    const objects = all
        .flatMap(objectChange)
        .sort(
            (one, other) =>
                ORDER.indexOf(one.operation) - ORDER.indexOf(other.operation) ||
                key(one).localeCompare(key(other), "en"),
        );
    const { objects: told, noise } = foldNoise(objects);
    const picture = pictureOf(state, before, after, told);
    return {
        stack,
        state,
        problems: [],
        dangers: [
            ...dangers,
            ...dangersOf(all, restarts, [...lostRules(before.rules, after.rules), ...loweredSettings(settings)]),
        ],
        restarts,
        flows: flowChanges({ resources: olds, outside: before.outside }, { resources: news, outside: after.outside }),
        rights: rightsChanges(olds, news),
        certificates: certificatesOf(all),
        settings,
        facility,
        policies: policyResults(olds, news),
        counts: countsOf(objects),
        objects: told,
        noise,
        ...(picture && { picture }),
        notes: [],
    };
}

function key({ subject, kind, name }: ObjectChange): string {
    return `${subject} ${kind} ${name}`;
}

function countsOf(objects: readonly ObjectChange[]): StackReport["counts"] {
    const groups = groupBy(objects, ({ subject, operation }) => `${subject}\n${operation}`);
    return [...groups].map(([group, { length: count }]) => {
        const [subject = "", operation = ""] = group.split("\n");
        return { subject, operation, count };
    });
}
