/** A mock of the engine that creates nothing, and refuses resource types that it does not know. */
import type * as pulumi from "@pulumi/pulumi";
import { type Handed, mocksFor } from "../../preview/render/mocks";

const KUBERNETES =
    /^kubernetes:(core\/v1:(Namespace|ResourceQuota|LimitRange|ServiceAccount|ConfigMap|Secret|Service)|batch\/v1:(Job|CronJob)|apps\/v1:(DaemonSet|Deployment|StatefulSet)|policy\/v1:PodDisruptionBudget|networking\.k8s\.io\/v1:NetworkPolicy|rbac\.authorization\.k8s\.io\/v1:((Cluster)?Role|(Cluster)?RoleBinding)|scheduling\.k8s\.io\/v1:PriorityClass|admissionregistration\.k8s\.io\/v1:ValidatingAdmissionPolicy(Binding)?|storage\.k8s\.io\/v1:StorageClass|((controlplane|bootstrap|infrastructure)\.)?cluster\.x-k8s\.io\/v1beta2:(Cluster|MachineDeployment|MachineHealthCheck|Kubeadm(ControlPlane|ConfigTemplate)|Metal3(Cluster|MachineTemplate|RemediationTemplate))|metal3\.io\/v1alpha1:BareMetalHost|cert-manager\.io\/v1:(ClusterIssuer|Certificate))$/;

export const strictMocks = (handed: Handed): pulumi.runtime.Mocks =>
    mocksFor(handed, (what, token) => {
        if (!KUBERNETES.test(token)) {
            throw new Error(
                `the program declares or calls ${token} (${what}), which the mocks do not know: add it to tests/support/mocks.ts`,
            );
        }
    });
