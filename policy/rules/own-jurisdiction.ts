import { OWN_IDENTITY } from "../../infra/cluster/access/plan-jurisdiction";
import type { Rule } from "./rule";

const OWN = new RegExp(OWN_IDENTITY);

/** What is under Estonian control alone is under that of nobody whom another state can order: the sense of the agreement of 2017. */
export const ownJurisdiction: Rule = {
    name: "own-jurisdiction",
    description:
        "Rights are held by the embassy's own people and programs, by nobody of the host state or the facility.",
    violations: ({ subjects = [] }) =>
        subjects
            .filter(({ kind, name }) => kind !== "ServiceAccount" && !OWN.test(name))
            .map(
                ({ kind, name }) =>
                    `${kind} ${name} is none of the embassy's; a name must begin with embassy:, as those of its own issuer do`,
            ),
};
