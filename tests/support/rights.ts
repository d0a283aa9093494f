/** Renders the document that lists what every identity can reach. */
import { join } from "node:path";
import { OPERATOR_ROLE, operatorObjects } from "../../infra/cluster/access/plan-operator";
import { type Rbac, rightsTable } from "../../infra/site/rights";
import { siteManifests } from "../../lab/objects";
import { inventory } from "./lab";
import { expectedResources } from "./expected";

export const RIGHTS_FILE = join(__dirname, "..", "..", "docs", "rights.md");

/** The roles and bindings in the stack's expected files, and that of the identity that declares them. */
export function declaredRights(stack: string): Rbac[] {
    const declared = expectedResources(stack)
        .filter(({ type }) => type.includes(":rbac."))
        .map(({ inputs }) => inputs as unknown as Rbac);
    return [...declared, ...(operatorObjects() as unknown as Rbac[])];
}

/** The cluster roles and bindings of the lab's simulated machines. */
export function labRights(): Rbac[] {
    return siteManifests(inventory()).filter(
        ({ kind, metadata }) => kind.startsWith("ClusterRole") && metadata.name !== OPERATOR_ROLE,
    );
}

export function rightsDocument(stacks: readonly string[]): string {
    return [
        "# Who can reach what",
        "",
        "Every identity that a site declares, what it may do in the API, and what that comes to: by its rights alone, followed through whomever it could",
        "become, and as the API servers' policies leave it, which refuse most of the ways. Nobody else is bound to a role but Kubernetes' own parts and its",
        "administrators (`system:masters`): `infra/cluster/access/plan-holders.ts` names all, and API servers take no other. `npm run expected:update` writes this file; tests",
        "fail where it is not what is declared, and where an API server says otherwise. Machines read what their own pods mount, and no more (the Node authorizer).",
        ...stacks.flatMap((stack) => ["", `## ${stack}`, "", rightsTable(declaredRights(stack))]),
        "",
        "## The lab's simulated machines",
        "",
        rightsTable(labRights()),
        "",
    ].join("\n");
}
