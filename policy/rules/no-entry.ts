import { ENTRIES } from "../../infra/plan/jurisdiction";
import type { Rule } from "./rule";

/** Nobody works there: what runs is changed by declaring it, which leaves a record, and not from inside. */
export const noEntry: Rule = {
    name: "no-entry",
    description: "No role lets anybody into a pod.",
    violations: ({ rules = [] }) =>
        rules
            .filter(({ apiGroups = [] }) => apiGroups.some((group) => group === "" || group === "*"))
            .flatMap(({ resources = [] }) => resources.filter((resource) => ENTRIES.includes(resource)))
            .map((resource) => `a role has ${resource}; it must name what is needed, and no way into a pod`),
};
