import { BREAK_GLASS_ROLE, WAYS_IN } from "../../infra/cluster/access/plan-break-glass";
import { ENTRIES } from "../../infra/cluster/access/plan-jurisdiction";
import type { KubernetesObject, Rule } from "./rule";

/** Nobody works there: what runs is changed by declaring it, which leaves a record, and not from inside. */
export const noEntry: Rule = {
    name: "no-entry",
    description: "No role lets anybody into a pod, save who breaks the glass, and nobody logs in to a machine.",
    violations: (object) => [
        ...entries(object).map(
            (resource) => `a role has ${resource}; it must name what is needed, and no way into a pod`,
        ),
        ...(logins(object) ? ["a machine has users who log in; it must have none"] : []),
    ],
};

function entries({ kind, metadata, rules = [] }: KubernetesObject): string[] {
    const own = kind === "ClusterRole" && metadata?.name === BREAK_GLASS_ROLE ? WAYS_IN : [];
    return rules
        .filter(({ apiGroups = [] }) => apiGroups.some((group) => group === "" || group === "*"))
        .flatMap(({ resources = [] }) => resources)
        .filter((resource) => ENTRIES.includes(resource) && !own.includes(resource));
}

/** What kubeadm is told on a machine, by a control plane or by a template. */
function logins({ kind, spec }: KubernetesObject): boolean {
    const template = spec?.["template"] as { spec?: Record<string, unknown> } | undefined;
    const config = kind === "KubeadmControlPlane" ? spec?.["kubeadmConfigSpec"] : template?.spec;
    return /^Kubeadm/.test(kind) && (config as { users?: unknown } | undefined)?.users !== undefined;
}
