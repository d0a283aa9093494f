import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../../conventions/names";
import { POD_WRITES, refusing } from "../../kubernetes/admission";
import { ROLE_LABEL } from "../../registries/plan-database";
import type { Host } from "../facility/inventory";
import {
    ASKED_BY_NODE,
    CONTROLLERS,
    KUBERNETES_NAMESPACE,
    ON_MACHINES,
    POD_MAKERS,
    asked,
    controllerUser,
    staticPods,
} from "./plan-kubernetes";

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"]
    .map((kind) => `(has(object.spec.${kind}) ? object.spec.${kind} : [])`)
    .join(" + ");

const VOLUMES = ["configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"];

/** Ways in which a pod can use its machine. https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const OF_THE_MACHINE: Readonly<Record<string, string>> = {
    hostNetwork: "object.spec.?hostNetwork.orValue(false)",
    hostPID: "object.spec.?hostPID.orValue(false)",
    hostIPC: "object.spec.?hostIPC.orValue(false)",
    "a volume of its machine, or of another system": `has(object.spec.volumes) && object.spec.volumes.exists(v, !(${VOLUMES.map((kind) => `has(v.${kind})`).join(" || ")}))`,
    "a claim to a device": "has(object.spec.resourceClaims)",
    "a privileged container": "variables.containers.exists(c, c.?securityContext.?privileged.orValue(false))",
    "a capability more": "variables.containers.exists(c, size(c.?securityContext.?capabilities.?add.orValue([])) > 0)",
    hostPort: "variables.containers.exists(c, has(c.ports) && c.ports.exists(p, p.?hostPort.orValue(0) != 0))",
};

/** CEL: an object's labels except the one with which a database's members mark their leader. */
const lasting = (pod: string): string =>
    `(has(${pod}.metadata.labels) ? ${pod}.metadata.labels : {}).transformMap(k, v, k != "${ROLE_LABEL.key}", v)`;
const images = (pod: string): string =>
    `${pod}.spec.containers.map(c, c.image) + (has(${pod}.spec.initContainers) ? ${pod}.spec.initContainers.map(c, c.image) : [])`;

/**
 * The API server accepts pods, in any namespace, only from Kubernetes' own controllers, which create them from what is declared, and from a
 * control plane's kubelets, which show what they run from files. Only such pods as are named here may use anything of their machine. An
 * existing pod keeps its images, and the labels by which network policies identify it.
 */
export function pods(
    name: string,
    { labels, hosts }: { readonly labels: Labels; readonly hosts: readonly Host[] },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const inKubernetes = `request.namespace == "${KUBERNETES_NAMESPACE}"`;
    return refusing(
        name,
        {
            called: "declared-pods",
            labels,
            matchConstraints: { resourceRules: [POD_WRITES] },
            variables: [
                { name: "containers", expression: CONTAINERS },
                { name: "owners", expression: CONTROLLERS },
                {
                    name: "isStatic",
                    expression:
                        `${inKubernetes} && object.metadata.name in ${JSON.stringify(staticPods(hosts))} && ` +
                        'object.metadata.name.endsWith("-" + object.spec.?nodeName.orValue("")) && ' +
                        'has(object.metadata.annotations) && "kubernetes.io/config.mirror" in object.metadata.annotations',
                },
                {
                    name: "isOnMachines",
                    expression: `${inKubernetes} && variables.owners.exists(o, o.kind == "DaemonSet" && o.name in ${JSON.stringify(ON_MACHINES)})`,
                },
                {
                    name: "machines",
                    expression: `[${Object.entries(OF_THE_MACHINE)
                        .map(([what, has]) => `${has} ? "${what}" : ""`)
                        .join(", ")}].filter(what, what != "")`,
                },
            ],
            validations: [
                {
                    expression:
                        `oldObject != null || (size(variables.owners) == 1 && ${asked(POD_MAKERS)}) || ` +
                        `(variables.isStatic && ${ASKED_BY_NODE})`,
                    reason: "Forbidden",
                    message:
                        "nobody makes pods here but Kubernetes' own controllers, of what is declared: declare the workload in the program",
                },
                {
                    expression:
                        // In an existing pod none of this can change, except by another container.
                        `size(variables.machines) == 0 || (oldObject != null && request.?subResource.orValue("") == "") || ` +
                        `(variables.isStatic && ${ASKED_BY_NODE}) || ` +
                        `(variables.isOnMachines && ${asked([controllerUser("daemon-set-controller")])})`,
                    reason: "Forbidden",
                    messageExpression:
                        '"no pod has anything of its machine but those of a control plane, by name: this one has " + variables.machines.join(", ")',
                },
                {
                    expression: `oldObject == null || (${images("object")}) == (${images("oldObject")})`,
                    reason: "Forbidden",
                    message: "a pod keeps the images with which it was made: change the program",
                },
                {
                    expression: `oldObject == null || ${lasting("object")} == ${lasting("oldObject")}`,
                    reason: "Forbidden",
                    message:
                        "a pod keeps the labels with which it was made, as network policies go by them: change the program",
                },
            ],
        },
        opts,
    );
}
