/** Reads what the engine reports besides its steps: errors, warnings, and findings of the policy pack. Pure. */
import { RULES } from "../../policy/rules";
import { groupBy } from "../group";
import { violations } from "../compare/policies";
import { described } from "../compare/show";
import { problemsOf } from "../preview";
import type { Registered } from "../render/registrations";
import type { Problem, StackReport } from "../report";
import type { StackFile } from "../stack-file";
import type { EngineEvent } from "./events";
import { rendered } from "./sides";

/** Messages that only say that there were errors. */
const SUMMARY = /^(preview|update|refresh) failed$/;

/** Errors, each with its resources, or with the line of the stack file that it names. */
export function problemsTold(stack: string, events: readonly EngineEvent[], file: StackFile): Problem[] {
    const names = resourcesOf(events);
    const errors = events.flatMap(({ diagnosticEvent }) => {
        const { severity = "", urn = "", message = "" } = diagnosticEvent ?? {};
        const plain = [...names].reduce((text, [each, name]) => text.replaceAll(`"${each}"`, name), message.trim());
        const who = names.get(urn) ?? "";
        return severity !== "error" || SUMMARY.test(plain) ? [] : [{ who: plain.includes(who) ? "" : who, plain }];
    });
    return [...groupBy(errors, ({ plain }) => plain)].flatMap(([plain, all]) => {
        // An error that stops all resources, such as a cluster that does not answer, is told once.
        const [first, ...more] = [...new Set(all.map(({ who }) => who).filter((who) => who !== ""))];
        const who = first === undefined ? "" : `${first}${more.length > 0 ? ` and ${more.length} more` : ""}: `;
        return problemsOf(stack, "head", { outcome: { stack, problem: `${who}${plain}` }, file });
    });
}

export function warnings(events: readonly EngineEvent[]): string[] {
    const all = events.flatMap(({ diagnosticEvent: one }) => (one?.severity === "warning" ? [one.message.trim()] : []));
    return [...new Set(all)];
}

/** @param before the state's resources: findings that a rule would have had in these are not new */
export function policiesTold(events: readonly EngineEvent[], before: readonly Registered[]): StackReport["policies"] {
    const names = resourcesOf(events);
    const keyOf = (one: { rule: string; object: string; remedy: string }): string =>
        [one.rule, one.object, one.remedy].join("\n");
    const known = new Set(violations(before.flatMap(({ resource }) => resource ?? [])).map(keyOf));
    return events
        .flatMap(({ policyEvent }) => (policyEvent?.enforcementLevel === "mandatory" ? [policyEvent] : []))
        .map(({ policyName: rule, message, resourceUrn = "" }) => {
            // The pack's library puts a rule's description before its finding.
            const description = RULES.find(({ name }) => name === rule)?.description ?? "";
            const said = message.trim();
            const remedy = said.startsWith(description) ? said.slice(description.length).trim() : said;
            const one = { rule, object: names.get(resourceUrn) ?? resourceUrn, remedy };
            return { ...one, isNew: !known.has(keyOf(one)) };
        })
        .sort((one, other) => Number(other.isNew) - Number(one.isNew));
}

/** Rules that cannot judge all objects, because some values are not known yet. */
export function unjudged(events: readonly EngineEvent[]): string[] {
    const all = events.flatMap(({ policyEvent: one }) => (one?.enforcementLevel === "advisory" ? [one] : []));
    return [...groupBy(all, ({ policyName }) => policyName)].map(([rule, { length }]) => {
        const objects = length === 1 ? "1 object" : `${length} objects`;
        return `Rule ${rule} cannot judge ${objects} before what is in them is made.`;
    });
}

/** URN → kind and name of each resource that is no component. */
function resourcesOf(events: readonly EngineEvent[]): Map<string, string> {
    return new Map(
        events.flatMap(({ resourcePreEvent }): [string, string][] => {
            const step = resourcePreEvent?.metadata;
            const state = step?.new ?? step?.old;
            return step && state?.custom === true ? [[step.urn, described(rendered(step, state))]] : [];
        }),
    );
}
