import { EXCEPTED, escalations } from "../../infra/cluster/access/plan-jurisdiction";
import type { KubernetesObject, Rule } from "./rule";

/** Nobody works inside a site: what runs there is changed by declaring it, which leaves a record. */
export const noEntry: Rule = {
    name: "no-entry",
    description: "No role lets anybody into a pod, save who breaks the glass, and nobody logs in to a machine.",
    violations: (object) => [
        ...entries(object).map(
            (resource) =>
                `a role has ${resource}; it must name what is needed: no way into a pod, no keys, and no rights to give on`,
        ),
        ...(logins(object) ? ["a machine has users who log in; it must have none"] : []),
    ],
};

function entries({ kind, metadata, rules = [] }: KubernetesObject): string[] {
    const excepted = kind === "ClusterRole" ? (EXCEPTED[metadata?.name ?? ""] ?? []) : [];
    return rules.flatMap((rule) => escalations(rule, excepted));
}

/** Whether a control plane or a template has kubeadm create logins on a machine. */
function logins({ kind, spec }: KubernetesObject): boolean {
    const template = spec?.["template"] as { spec?: Record<string, unknown> } | undefined;
    const config = kind === "KubeadmControlPlane" ? spec?.["kubeadmConfigSpec"] : template?.spec;
    return /^Kubeadm/.test(kind) && (config as { users?: unknown } | undefined)?.users !== undefined;
}
