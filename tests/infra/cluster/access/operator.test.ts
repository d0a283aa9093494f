/** The operator's rights name what the stacks declare, and nothing else. */
import { NAMED, OPERATOR_RULES } from "../../../../infra/cluster/access/plan-operator";
import { expectedResources } from "../../../support/expected";
import { parseConfig } from "../../../../infra/site/config";
import { plan } from "../../../../infra/site/plan";
import { type Rendered, renderPlan } from "../../../support/render";
import { RECEIVERS, STACKS, VIEWERS, watchedValues } from "../../../support/stacks";

interface Declared {
    readonly kind: string;
    readonly metadata: { readonly name: string };
}

let declared: readonly Declared[];

beforeAll(async () => {
    // What a stack may declare besides, and none does: the operator has to be able to.
    const watched = await renderPlan(
        "tallinn",
        plan(parseConfig("tallinn", watchedValues("tallinn", { viewers: VIEWERS, receivers: RECEIVERS }))),
    );
    const all: readonly Pick<Rendered, "type" | "inputs">[] = [
        ...STACKS.flatMap((stack) => expectedResources(stack)),
        ...watched,
    ];
    declared = all
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inputs as unknown as Declared);
});

function names(kind: string): string[] {
    return [...new Set(declared.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name))].sort();
}

describe("the operator's rights", () => {
    it.each([
        ["Secret", NAMED.secrets],
        ["ClusterRole", NAMED.clusterroles],
        ["ClusterRoleBinding", NAMED.clusterrolebindings],
        ["ValidatingAdmissionPolicy", NAMED.policies],
        ["ValidatingAdmissionPolicyBinding", NAMED.policies],
    ] as const)("name every %s that is declared, and no other", (kind, named) => {
        expect([...named]).toEqual(names(kind));
    });

    it("are to write the kinds that are declared, and no others", () => {
        const written = OPERATOR_RULES.filter(({ verbs }) => verbs.includes("create")).flatMap(
            ({ resources }) => resources,
        );
        const plural = (kind: string): string => kind.toLowerCase().replace(/y$/, "ie").replace(/ss$/, "sse") + "s";
        const kinds = [...new Set(declared.map(({ kind }) => plural(kind)))];
        expect(written.sort()).toEqual(kinds.sort());
    });
});
