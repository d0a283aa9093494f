/**
 * What every identity of a site can reach at most: its rights, followed through every identity that they let it become. Pure.
 * docs/rights.md is generated from it. https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */

interface Rule {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
}

interface Subject {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
}

/** The part of a role or a binding that is read here: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export interface Rbac {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly rules?: readonly Rule[] | null;
    readonly roleRef?: { readonly kind: string; readonly name: string };
    readonly subjects?: readonly Subject[] | null;
}

/** Stands for the objects of every namespace, and for those of none. */
const EVERYWHERE = "*";

export interface Right {
    readonly namespace: string;
    readonly rule: Rule;
}

/** Kind and name, with a ServiceAccount's namespace between. */
export function identityOf({ kind, namespace, name }: Subject): string {
    return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** Identity → its rights. */
export function rightsOf(objects: readonly Rbac[]): Map<string, Right[]> {
    const roles = new Map(
        objects
            .filter(({ kind }) => /Role$/.test(kind))
            .map(({ kind, metadata, rules }) => [`${kind}/${metadata.namespace ?? ""}/${metadata.name}`, rules ?? []]),
    );
    const rights = new Map<string, Right[]>();
    for (const { kind, metadata, roleRef, subjects } of objects) {
        if (!kind.endsWith("Binding") || roleRef === undefined) {
            continue;
        }
        const from = roleRef.kind === "Role" ? (metadata.namespace ?? "") : "";
        const rules = roles.get(`${roleRef.kind}/${from}/${roleRef.name}`) ?? [];
        const namespace = kind === "ClusterRoleBinding" ? EVERYWHERE : (metadata.namespace ?? "");
        for (const subject of subjects ?? []) {
            const identity = identityOf(subject);
            rights.set(identity, [...(rights.get(identity) ?? []), ...rules.map((rule) => ({ namespace, rule }))]);
        }
    }
    return rights;
}

/** What a right amounts to. `accounts`: being every ServiceAccount of the namespace. `pods`: being in its pods. `keys`: reading its Secrets. */
type Worth = "everything" | "accounts" | "pods" | "keys";

interface Escalation {
    readonly group: string;
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
    readonly worth: Worth;
    /** Policy of API servers that refuses all of it. */
    readonly refusedBy?: string;
}

const WRITES = ["create", "update", "patch"];
const RBAC_GROUP = "rbac.authorization.k8s.io";
const ADMISSION_GROUP = "admissionregistration.k8s.io";

const ESCALATIONS: readonly Escalation[] = [
    { group: "", resources: ["secrets"], verbs: ["get", "list", "watch"], worth: "keys" },
    { group: "", resources: ["secrets"], verbs: WRITES, worth: "accounts", refusedBy: "declared-secrets" },
    { group: "", resources: ["serviceaccounts/token"], verbs: ["create"], worth: "accounts", refusedBy: "no-way-in" },
    { group: "", resources: ["pods"], verbs: ["create"], worth: "accounts", refusedBy: "declared-pods" },
    { group: "", resources: ["pods"], verbs: ["update", "patch"], worth: "pods", refusedBy: "declared-pods" },
    ...[
        ["", "replicationcontrollers"],
        ["apps", "deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"],
        ["batch", "cronjobs", "jobs"],
    ].map(([group = "", ...resources]) => ({
        group,
        resources,
        verbs: WRITES,
        worth: "accounts" as const,
        refusedBy: "declared-workloads",
    })),
    {
        group: "",
        resources: [
            "pods/exec",
            "pods/attach",
            "pods/portforward",
            "pods/ephemeralcontainers",
            "pods/proxy",
            "services/proxy",
        ],
        verbs: ["create", "get", "update", "patch"],
        worth: "pods",
    },
    { group: "", resources: ["nodes/proxy"], verbs: ["create", "get"], worth: "everything" },
    {
        group: "",
        resources: ["nodes", "persistentvolumes"],
        verbs: ["create"],
        worth: "everything",
        refusedBy: "no-way-in",
    },
    {
        group: "",
        resources: ["users", "groups", "serviceaccounts", "userextras", "uids"],
        verbs: ["impersonate"],
        worth: "everything",
    },
    { group: RBAC_GROUP, resources: ["roles", "clusterroles"], verbs: ["bind", "escalate"], worth: "everything" },
    {
        group: RBAC_GROUP,
        resources: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
        verbs: WRITES,
        worth: "everything",
    },
    {
        group: "certificates.k8s.io",
        resources: ["certificatesigningrequests/approval"],
        verbs: ["update", "patch"],
        worth: "everything",
        refusedBy: "no-way-in",
    },
    {
        group: ADMISSION_GROUP,
        resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
        verbs: WRITES,
        worth: "everything",
        refusedBy: "no-way-in",
    },
    {
        group: ADMISSION_GROUP,
        resources: ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
        verbs: [...WRITES, "delete", "deletecollection"],
        worth: "everything",
    },
    {
        group: "apiregistration.k8s.io",
        resources: ["apiservices"],
        verbs: WRITES,
        worth: "everything",
        refusedBy: "no-way-in",
    },
];

function has(list: readonly string[] | undefined, wanted: string): boolean {
    return list?.some((one) => one === "*" || one === wanted) ?? false;
}

function hasResource(list: readonly string[] | undefined, wanted: string): boolean {
    const [, sub] = wanted.split("/");
    return has(list, wanted) || (sub !== undefined && (list?.includes(`*/${sub}`) ?? false));
}

function isGiven({ rule }: Right, { group, resources, verbs }: Escalation): boolean {
    return (
        has(rule.apiGroups, group) &&
        resources.some((resource) => hasResource(rule.resources, resource)) &&
        verbs.some((verb) => has(rule.verbs, verb))
    );
}

const EVERYTHING = "everything";

/** Names of objects, as Markdown. */
function quoted(names: readonly string[]): string {
    return names.map((name) => `\`${name}\``).join(", ");
}

/**
 * What `identity` can reach at most, followed through every identity that it can become.
 * @param policies whether the policies of API servers are in force
 */
export function reachOf(identity: string, rights: ReadonlyMap<string, readonly Right[]>, policies: boolean): string[] {
    const reached = new Set<string>();
    const seen = new Set<string>();
    const follow = (who: string): void => {
        if (seen.has(who)) {
            return;
        }
        seen.add(who);
        for (const right of rights.get(who) ?? []) {
            for (const escalation of ESCALATIONS.filter((one) => isGiven(right, one))) {
                if (!policies || escalation.refusedBy === undefined) {
                    reach(right, escalation.worth);
                }
            }
        }
    };
    const reach = ({ namespace, rule }: Right, worth: Worth): void => {
        const where = namespace === EVERYWHERE ? "every namespace" : namespace;
        switch (worth) {
            case "keys":
                const which =
                    rule.resourceNames === undefined ? "the Secrets" : `the Secrets ${quoted(rule.resourceNames)}`;
                reached.add(`reads ${which} of ${where}`);
                break;
            case "pods":
                reached.add(`is in the pods of ${where}`);
                break;
            case "accounts":
                // All accounts include those of the controllers, one of which gives out rights.
                if (namespace === EVERYWHERE) {
                    reached.add(EVERYTHING);
                    break;
                }
                reached.add(`is every account of ${where}`);
                [...rights.keys()].filter((key) => key.startsWith(`ServiceAccount/${namespace}/`)).forEach(follow);
                break;
            case "everything":
                reached.add(EVERYTHING);
        }
    };
    follow(identity);
    return reached.has(EVERYTHING) ? [EVERYTHING] : [...reached].sort();
}

/** A right in a few words: `registry-land: pods (get, list)`. */
function told({ namespace, rule }: Right): string {
    const { apiGroups = [], resources = [], resourceNames, verbs } = rule;
    const group = apiGroups.filter((one) => one !== "").join(", ");
    const names = resourceNames === undefined ? "" : ` ${quoted(resourceNames)}`;
    const where = namespace === EVERYWHERE ? "" : `${namespace}: `;
    return `${where}${resources.join(", ")}${group === "" ? "" : ` of ${group}`}${names} (${verbs.join(", ")})`;
}

/** A table in Markdown, of these identities or of all. */
export function rightsTable(objects: readonly Rbac[], isListed: (identity: string) => boolean = () => true): string {
    const rights = rightsOf(objects);
    const rows = [...rights.keys()]
        .filter(isListed)
        .sort()
        .map((identity) => {
            const most = (policies: boolean): string => reachOf(identity, rights, policies).join("<br>") || "no more";
            const may = (rights.get(identity) ?? []).map(told).join("<br>");
            return `| ${identity} | ${may} | ${most(false)} | ${most(true)} |`;
        });
    return [
        "| identity | may | by its rights alone, at most | as the policies leave it, at most |",
        "|---|---|---|---|",
        ...rows,
    ].join("\n");
}
