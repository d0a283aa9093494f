/** Who may hold rights in a site's cluster, and what nobody may be given. Pure; policy/ and infra/cluster hold to it. */
import { WAYS_IN, WAYS_PAST } from "./plan-break-glass";

/**
 * Users and groups of the embassy's own issuer begin with `embassy:`, those of Kubernetes with `system:`. Whoever else is
 * named, of the host state, the facility or a cloud, is under another jurisdiction than the data.
 */
export const OWN_IDENTITY = "^(embassy:.+|system:.+|kube-apiserver)$";

/** How pods are entered, by one of them or by all: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
export const ENTRIES: readonly string[] = [
    ...[...WAYS_IN, ...WAYS_PAST].flatMap((way) => [way, way.replace(/^.*\//, "*/"), way.replace(/\/.*$/, "/*")]),
    "*",
].filter((way, index, all) => all.indexOf(way) === index);

/** Who makes Kubernetes' own roles, and makes them again: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation */
export const KUBERNETES_ITSELF: readonly string[] = [
    "system:apiserver",
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
];
