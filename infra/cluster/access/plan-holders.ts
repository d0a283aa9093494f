/** Who holds which rights in a site's cluster. The list is complete: nobody else may hold any. Pure; policy/ and infra/cluster follow it. */
import { registryNamespace } from "../../conventions/names";
import { REGISTRIES } from "../../conventions/registries";
import { KUBEADM_HOLDERS, KUBERNETES_HOLDERS } from "./kubernetes-holders";
import { BREAK_GLASS_ROLE, breakGlassGroup } from "./plan-break-glass";
import { OPERATOR, OPERATOR_ROLE } from "./plan-operator";

/** The part of a binding that is read here: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding */
interface Binding {
    readonly metadata?: { readonly namespace?: string };
    readonly roleRef?: { readonly kind: string; readonly name: string };
}

interface Subject {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
}

/** One right of one subject, as text: `[<namespace>/]<kind of the role>/<role> <kind>/[<namespace>/]<name>`. */
export function holding({ metadata, roleRef }: Binding, { kind, name, namespace }: Subject): string {
    const where = metadata?.namespace === undefined ? "" : `${metadata.namespace}/`;
    const subject = [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
    return `${where}${roleRef?.kind ?? ""}/${roleRef?.name ?? ""} ${subject}`;
}

/** CEL: the same, of `object` and its subject `s`. */
export const HOLDING =
    '(has(object.metadata.namespace) && object.metadata.namespace != "" ? object.metadata.namespace + "/" : "") + object.roleRef.kind + "/" + object.roleRef.name + ' +
    '" " + s.kind + "/" + (has(s.namespace) && s.namespace != "" ? s.namespace + "/" : "") + s.name';

/** Programs on a site's machines, and the programs that replace them where nodes are simulated; each has a certificate. */
const MACHINES: readonly string[] = [
    "ClusterRole/embassy-lab:cilium User/embassy:cilium",
    "ClusterRole/embassy-lab:kwok User/embassy:kwok",
];

/** All holders in `site`. Anybody who needs a right of the embassy's own has to be listed here. */
export function holders(site: string): readonly string[] {
    return [
        ...KUBERNETES_HOLDERS,
        ...KUBEADM_HOLDERS,
        ...MACHINES,
        `ClusterRole/${BREAK_GLASS_ROLE} Group/${breakGlassGroup(site)}`,
        `ClusterRole/${OPERATOR_ROLE} User/${OPERATOR}`,
        "ClusterRole/embassy-cert-manager ServiceAccount/cert-manager/cert-manager",
        "ClusterRole/embassy-dns ServiceAccount/dns/dns",
        ...REGISTRIES.map(registryNamespace).map(
            (namespace) => `${namespace}/ClusterRole/embassy-database-member ServiceAccount/${namespace}/database`,
        ),
    ];
}
