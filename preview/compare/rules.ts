/** Finds rules of the policy pack that a change removes or rewrites: no report has what they no longer find. Pure. */
import type { Rules } from "../render/rules";
import type { Danger } from "../report";

export function lostRules(before: Rules | undefined, after: Rules | undefined): Danger[] {
    if (before === undefined) {
        return [];
    }
    return Object.entries(before).flatMap(([name, { file, digest }]): Danger[] => {
        const now = after?.[name];
        const text =
            now === undefined
                ? "a rule that nothing may break is in the policy pack no more"
                : "a rule that nothing may break is written otherwise: it may find less than it did";
        return now?.digest === digest ? [] : [{ kind: "loses protection", text, objects: [`${name} (${file})`] }];
    });
}
