/** What Kubernetes itself is in a site: who of it acts, and which pods it has that are of their machines. Pure. */
import type { Host } from "../facility/inventory";
import { type Template, declaredKey } from "./plan-declared";

/** Its own namespace. */
export const KUBERNETES_NAMESPACE = "kube-system";
/** Those that there are in every cluster: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces */
export const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", KUBERNETES_NAMESPACE] as const;

/** The identity of API servers to themselves: they make Kubernetes' own roles and bindings at each start. */
export const API_SERVER_USER = "system:apiserver";
export const CONTROLLER_MANAGER_USER = "system:kube-controller-manager";
export const SCHEDULER_USER = "system:kube-scheduler";
export const NODES_GROUP = "system:nodes";
/** Whoever brings a machine into the cluster, as kubeadm has it. */
export const BOOTSTRAP_GROUP = "system:bootstrappers:kubeadm:default-node-token";

/** One of the controllers of kube-controller-manager, each of which has an identity of its own (`--use-service-account-credentials`). */
export function controllerUser(controller: string): string {
    return `system:serviceaccount:${KUBERNETES_NAMESPACE}:${controller}`;
}

/** Who makes pods, out of what was declared; and who makes what pods are made of, in between. */
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
 * CEL: a certificate or a token of its own stands behind the name. Who only takes a name on (`--as`) has none, unless that is claimed as well:
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export const GENUINE = 'request.userInfo.?extra[?"authentication.kubernetes.io/credential-id"].hasValue()';

/** CEL: one of these asks, and truly. */
export function asked(users: readonly string[]): string {
    return `(request.userInfo.username in ${JSON.stringify(users)} && ${GENUINE})`;
}

/** CEL: of an object's owners the one that controls it; empty where none does. */
export const CONTROLLERS =
    "(has(object.metadata.ownerReferences) ? object.metadata.ownerReferences.filter(o, o.?controller.orValue(false)) : [])";

/** CEL: a machine asks, and truly. */
export const ASKED_BY_NODE = `(request.userInfo.?groups.orValue([]).exists(g, g == "${NODES_GROUP}") && ${GENUINE})`;

/** Parts of a control plane, which kubeadm has kubelets run from files: https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/ */
const STATIC = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** Names of the pods by which kubelets show what they run from files. */
export function staticPods(hosts: readonly Pick<Host, "name" | "role">[], parts: readonly string[] = STATIC): string[] {
    return hosts
        .filter(({ role }) => role === "control-plane")
        .flatMap(({ name }) => parts.map((part) => `${part}-${name}`));
}

/** Makes Services reachable, with its machine's network. */
export const KUBE_PROXY = "kube-proxy";

/** The pods' template of kube-proxy as kubeadm has it, the one workload beside static pods that is of its machine. @param image below the site's own registry */
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
