/**
 * The subjects that Kubernetes and kubeadm bind to their own roles at each start.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */

/** Controllers of kube-controller-manager, each an account of kube-system bound to the role `system:controller:<name>`. */
const CONTROLLERS = [
    "attachdetach-controller",
    "certificate-controller",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "device-taint-eviction-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "legacy-service-account-token-cleaner",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "podcertificaterequestcleaner",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "route-controller",
    "selinux-warning-controller",
    "service-account-controller",
    "service-cidrs-controller",
    "service-controller",
    "statefulset-controller",
    "ttl-after-finished-controller",
    "ttl-controller",
    "validatingadmissionpolicy-status-controller",
    "volumeattributesclass-protection-controller",
];

/** In the format of {@link holding} in plan-holders.ts. */
export const KUBERNETES_HOLDERS: readonly string[] = [
    "ClusterRole/cluster-admin Group/system:masters",
    "ClusterRole/system:basic-user Group/system:authenticated",
    "ClusterRole/system:discovery Group/system:authenticated",
    "ClusterRole/system:kube-controller-manager User/system:kube-controller-manager",
    "ClusterRole/system:kube-dns ServiceAccount/kube-system/kube-dns",
    "ClusterRole/system:kube-scheduler User/system:kube-scheduler",
    "ClusterRole/system:monitoring Group/system:monitoring",
    "ClusterRole/system:node-proxier User/system:kube-proxy",
    "ClusterRole/system:public-info-viewer Group/system:authenticated",
    "ClusterRole/system:public-info-viewer Group/system:unauthenticated",
    "ClusterRole/system:service-account-issuer-discovery Group/system:serviceaccounts",
    "ClusterRole/system:volume-scheduler User/system:kube-scheduler",
    ...CONTROLLERS.map((name) => `ClusterRole/system:controller:${name} ServiceAccount/kube-system/${name}`),
    "kube-public/Role/system:controller:bootstrap-signer ServiceAccount/kube-system/bootstrap-signer",
    "kube-system/Role/extension-apiserver-authentication-reader User/system:kube-controller-manager",
    "kube-system/Role/extension-apiserver-authentication-reader User/system:kube-scheduler",
    "kube-system/Role/system::leader-locking-kube-controller-manager ServiceAccount/kube-system/kube-controller-manager",
    "kube-system/Role/system::leader-locking-kube-controller-manager ServiceAccount/kube-system/leader-election-controller",
    "kube-system/Role/system::leader-locking-kube-controller-manager User/system:kube-controller-manager",
    "kube-system/Role/system::leader-locking-kube-scheduler ServiceAccount/kube-system/kube-scheduler",
    "kube-system/Role/system::leader-locking-kube-scheduler User/system:kube-scheduler",
    "kube-system/Role/system:controller:bootstrap-signer ServiceAccount/kube-system/bootstrap-signer",
    "kube-system/Role/system:controller:cloud-provider ServiceAccount/kube-system/cloud-provider",
    "kube-system/Role/system:controller:token-cleaner ServiceAccount/kube-system/token-cleaner",
];

const JOINING = "Group/system:bootstrappers:kubeadm:default-node-token";

/** The bindings that kubeadm creates when it makes and joins machines. */
export const KUBEADM_HOLDERS: readonly string[] = [
    "ClusterRole/cluster-admin Group/kubeadm:cluster-admins",
    `ClusterRole/kubeadm:get-nodes ${JOINING}`,
    `ClusterRole/system:certificates.k8s.io:certificatesigningrequests:nodeclient ${JOINING}`,
    "ClusterRole/system:certificates.k8s.io:certificatesigningrequests:selfnodeclient Group/system:nodes",
    "ClusterRole/system:kubelet-api-admin User/kube-apiserver-kubelet-client",
    `ClusterRole/system:node-bootstrapper ${JOINING}`,
    "ClusterRole/system:node-proxier ServiceAccount/kube-system/kube-proxy",
    `kube-system/Role/kube-proxy ${JOINING}`,
    `kube-system/Role/kubeadm:kubelet-config ${JOINING}`,
    "kube-system/Role/kubeadm:kubelet-config Group/system:nodes",
    `kube-system/Role/kubeadm:nodes-kubeadm-config ${JOINING}`,
    "kube-system/Role/kubeadm:nodes-kubeadm-config Group/system:nodes",
];
