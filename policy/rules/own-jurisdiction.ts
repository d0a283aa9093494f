import { holders, holding } from "../../infra/cluster/access/plan-holders";
import { LABEL } from "../../infra/conventions/names";
import type { Rule } from "./rule";

/** Estonian control alone means that nobody holds a right whom another state can order: this is the sense of the agreement of 2017. */
export const ownJurisdiction: Rule = {
    name: "own-jurisdiction",
    description:
        "Rights are held by the embassy's own people and programs, each by its name, and by nobody of the host state or the facility.",
    violations(object) {
        const { subjects = [], metadata } = object;
        const known = holders(metadata?.labels?.[LABEL.site] ?? "");
        return subjects
            .filter((subject) => !known.includes(holding(object, subject)))
            .map(
                (subject) =>
                    `${subject.kind} ${subject.name} is none of the embassy's for ${object.roleRef?.name ?? "this role"}; ` +
                    "whoever is to hold a right is named in infra/cluster/access/plan-holders.ts",
            );
    },
};
