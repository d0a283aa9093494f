/** Kubernetes' own part of a site: the identities that act for it, and those of its pods that use their machine. Pure. */
import { AUDIT_SHIPPER } from "../../conventions/audit";
import type { Host } from "../facility/inventory";
import { type Template, declaredKey } from "./plan-declared";

/** Kubernetes' own namespace. */
export const KUBERNETES_NAMESPACE = "kube-system";
/** Namespaces that exist in every cluster: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces */
export const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", KUBERNETES_NAMESPACE] as const;

/** The identity of API servers to themselves: they make Kubernetes' own roles and bindings at each start. */
export const API_SERVER_USER = "system:apiserver";
export const CONTROLLER_MANAGER_USER = "system:kube-controller-manager";
export const SCHEDULER_USER = "system:kube-scheduler";
export const NODES_GROUP = "system:nodes";
/** The group of a machine that joins the cluster, as kubeadm names it. */
export const BOOTSTRAP_GROUP = "system:bootstrappers:kubeadm:default-node-token";

/** One of the controllers of kube-controller-manager, each of which has an identity of its own (`--use-service-account-credentials`). */
export function controllerUser(controller: string): string {
    return `system:serviceaccount:${KUBERNETES_NAMESPACE}:${controller}`;
}

/** Controllers that create pods from what was declared, and those that create the objects in between. */
export const POD_MAKERS: readonly string[] = [
    "daemon-set-controller",
    "job-controller",
    "replicaset-controller",
    "statefulset-controller",
].map(controllerUser);
export const BETWEEN_MAKERS: Readonly<Record<string, readonly string[]>> = {
    ControllerRevision: ["daemon-set-controller", "statefulset-controller"].map(controllerUser),
    ReplicaSet: ["deployment-controller"].map(controllerUser),
    Job: ["cronjob-controller"].map(controllerUser),
};

/**
 * CEL: the requester has a certificate or a token of its own. One who only impersonates the name (`--as`) has none, unless that is claimed
 * as well:
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export const GENUINE = 'request.userInfo.?extra[?"authentication.kubernetes.io/credential-id"].hasValue()';

/** CEL: one of these users asks, with credentials of its own. */
export function asked(users: readonly string[]): string {
    return `(request.userInfo.username in ${JSON.stringify(users)} && ${GENUINE})`;
}

/** CEL: the owner that controls an object, in a list; empty where none does. */
export const CONTROLLERS =
    "(has(object.metadata.ownerReferences) ? object.metadata.ownerReferences.filter(o, o.?controller.orValue(false)) : [])";

/** CEL: a machine asks, with credentials of its own. */
export const ASKED_BY_NODE = `(request.userInfo.?groups.orValue([]).exists(g, g == "${NODES_GROUP}") && ${GENUINE})`;

/** Parts of a control plane that kubeadm has kubelets run from files: https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/ */
const STATIC = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** Names of the mirror pods, with which kubelets show what they run from files. */
export function staticPods(hosts: readonly Pick<Host, "name" | "role">[], parts: readonly string[] = STATIC): string[] {
    return hosts
        .filter(({ role }) => role === "control-plane")
        .flatMap(({ name }) => parts.map((part) => `${part}-${name}`));
}

/** Makes Services reachable; it uses its machine's network. */
export const KUBE_PROXY = "kube-proxy";

/** Workloads in Kubernetes' own namespace, beside static pods, whose pods have something of their machine: its network, or its audit log. */
export const ON_MACHINES: readonly string[] = [KUBE_PROXY, AUDIT_SHIPPER];

/**
 * The pod template of kube-proxy as kubeadm writes it: the only workload besides static pods that uses its machine. @param image below the
 * site's own registry
 */
export function kubeProxyTemplate(image: string): Template {
    const mount = (name: string, mountPath: string) => ({ name, mountPath });
    return {
        metadata: { labels: { "k8s-app": KUBE_PROXY } },
        spec: {
            hostNetwork: true,
            containers: [
                {
                    name: KUBE_PROXY,
                    image,
                    command: [
                        "/usr/local/bin/kube-proxy",
                        "--config=/var/lib/kube-proxy/config.conf",
                        "--hostname-override=$(NODE_NAME)",
                    ],
                    env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
                    volumeMounts: [
                        mount(KUBE_PROXY, "/var/lib/kube-proxy"),
                        mount("xtables-lock", "/run/xtables.lock"),
                        mount("lib-modules", "/lib/modules"),
                    ],
                },
            ],
            volumes: [
                { name: KUBE_PROXY, configMap: { name: KUBE_PROXY } },
                { name: "xtables-lock", hostPath: { path: "/run/xtables.lock" } },
                { name: "lib-modules", hostPath: { path: "/lib/modules" } },
            ],
        },
    };
}

/** Kubernetes' own workloads in a site whose machines are made here: key → template. */
export function kubernetesOwn(image: string | undefined): Readonly<Record<string, Template>> {
    return image === undefined
        ? {}
        : { [declaredKey(KUBERNETES_NAMESPACE, "DaemonSet", KUBE_PROXY)]: kubeProxyTemplate(image) };
}
