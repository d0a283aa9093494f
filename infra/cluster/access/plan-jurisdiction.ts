/** Rights that nobody may be given in a site's cluster. Pure; policy/ and infra/cluster follow it. */
import { BREAK_GLASS_ROLE, WAYS_IN, WAYS_PAST } from "./plan-break-glass";
import { OPERATOR_ROLE, OPERATOR_RULES } from "./plan-operator";
import { API_SERVER_USER, CONTROLLER_MANAGER_USER, GENUINE, controllerUser } from "./plan-kubernetes";

/**
 * Resources through which pods are entered, each by itself or by a wildcard:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export const ENTRIES: readonly string[] = [
    ...[...WAYS_IN, ...WAYS_PAST].flatMap((way) => [way, way.replace(/^.*\//, "*/"), way.replace(/\/.*$/, "/*")]),
    "*",
].filter((way, index, all) => all.indexOf(way) === index);

/**
 * Verbs by which rights are passed on, or somebody else's rights are taken:
 * https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
export const ESCALATING_VERBS: readonly string[] = [
    "approve",
    "attest",
    "bind",
    "escalate",
    "impersonate",
    "sign",
    "*",
];
const WRITES = ["create", "update", "patch"];
const ANY: readonly string[] = [];

/**
 * Rights that are as good as being somebody else, or as creating a pod. An entry without verbs means all verbs. Secrets are keys, and are
 * read in the clear.
 */
export const ESCALATING: readonly {
    readonly group: string;
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}[] = [
    { group: "", resources: ["secrets", "serviceaccounts/token"], verbs: ANY },
    { group: "", resources: ["pods", "replicationcontrollers"], verbs: ["create"] },
    {
        group: "",
        resources: ["nodes", "nodes/status", "persistentvolumes", "pods/binding", "bindings"],
        verbs: ["create", "update"],
    },
    {
        group: "apps",
        resources: ["daemonsets", "deployments", "replicasets", "statefulsets", "controllerrevisions", "*"],
        verbs: WRITES,
    },
    { group: "batch", resources: ["cronjobs", "jobs", "*"], verbs: WRITES },
    {
        group: "rbac.authorization.k8s.io",
        resources: ["roles", "rolebindings", "clusterroles", "clusterrolebindings", "*"],
        verbs: WRITES,
    },
    {
        group: "admissionregistration.k8s.io",
        resources: [
            "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations",
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "*",
        ],
        verbs: [...WRITES, "delete"],
    },
    { group: "apiregistration.k8s.io", resources: ["apiservices", "*"], verbs: WRITES },
    { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions", "*"], verbs: WRITES },
    { group: "certificates.k8s.io", resources: ["certificatesigningrequests/approval", "*"], verbs: [...WRITES] },
];

/** Roles that have some of these rights nevertheless: name of a ClusterRole → resources and verbs. */
export const EXCEPTED: Readonly<Record<string, readonly string[]>> = {
    [BREAK_GLASS_ROLE]: [...WAYS_IN, "secrets"],
    // cert-manager finds Secrets by their labels, which RBAC does not know.
    "embassy-cert-manager": ["secrets"],
    // kwok simulates kubelets.
    "embassy-lab:kwok": ["nodes/status"],
    // `pulumi up` declares workloads, their keys, and the roles and rules of the site.
    [OPERATOR_ROLE]: [...new Set(OPERATOR_RULES.flatMap((rule) => escalations(rule, [])))],
};

/**
 * CEL: the identities that create Kubernetes' own roles, and restore them. An API server shows itself no certificate, but it has a uid,
 * which an impersonator of its name does not. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 */
export const KUBERNETES_ITSELF =
    `(request.userInfo.username == "${API_SERVER_USER}" && request.userInfo.?uid.orValue("") != "") || ` +
    `(request.userInfo.username in ${JSON.stringify([CONTROLLER_MANAGER_USER, controllerUser("clusterrole-aggregation-controller")])} && ${GENUINE})`;

interface Rule {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly verbs?: readonly string[];
}

/** The parts of a rule that nobody may have, as the rule names them. @param excepted resources and verbs that the role may have nevertheless */
export function escalations(
    { apiGroups = [], resources = [], verbs = [] }: Rule,
    excepted: readonly string[],
): string[] {
    const every = apiGroups.includes("*");
    const entries = every || apiGroups.includes("") ? resources.filter((resource) => ENTRIES.includes(resource)) : [];
    const others = ESCALATING.filter(({ group }) => every || apiGroups.includes(group)).flatMap((beyond) =>
        beyond.verbs.length === 0 || beyond.verbs.some((verb) => verbs.includes(verb))
            ? resources.filter((resource) => beyond.resources.includes(resource))
            : [],
    );
    const passing = verbs.filter((verb) => ESCALATING_VERBS.includes(verb));
    return [...new Set([...entries, ...others, ...passing])].filter((right) => !excepted.includes(right));
}

/** CEL: whether rule `r` has any such right. `variables.excepted` are resources and verbs that the role may have nevertheless. */
export const ESCALATES = [
    `(has(r.verbs) && r.verbs.exists(v, v in ${JSON.stringify(ESCALATING_VERBS)} && !(v in variables.excepted)))`,
    ofGroup("", `r.resources.exists(x, x in ${JSON.stringify(ENTRIES)} && !(x in variables.excepted))`),
    ...ESCALATING.map(({ group, resources, verbs }) => {
        const named = `r.resources.exists(x, x in ${JSON.stringify(resources)} && !(x in variables.excepted))`;
        return ofGroup(
            group,
            verbs.length === 0 ? named : `${named} && r.verbs.exists(v, v in ${JSON.stringify(verbs)})`,
        );
    }),
].join(" || ");

function ofGroup(group: string, has: string): string {
    return `(has(r.resources) && has(r.apiGroups) && r.apiGroups.exists(g, g in ["${group}", "*"]) && ${has})`;
}
