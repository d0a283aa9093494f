import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../../conventions/names";
import { POD_WRITES, refusing } from "../../kubernetes/admission";
import { ROLE_LABEL } from "../../registries/plan-database";
import type { Host } from "../facility/inventory";
import {
    ASKED_BY_NODE,
    CONTROLLERS,
    KUBERNETES_NAMESPACE,
    KUBE_PROXY,
    POD_MAKERS,
    asked,
    controllerUser,
    staticPods,
} from "./plan-kubernetes";

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"]
    .map((kind) => `(has(object.spec.${kind}) ? object.spec.${kind} : [])`)
    .join(" + ");

const VOLUMES = ["configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"];

/** Whatever a pod may have of its machine. https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
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

/** CEL: an object's labels but the one by which a database's members say who leads. */
const lasting = (pod: string): string =>
    `(has(${pod}.metadata.labels) ? ${pod}.metadata.labels : {}).transformMap(k, v, k != "${ROLE_LABEL.key}", v)`;
const images = (pod: string): string =>
    `${pod}.spec.containers.map(c, c.image) + (has(${pod}.spec.initContainers) ? ${pod}.spec.initContainers.map(c, c.image) : [])`;

/**
 * The API server takes no pod, in any namespace, but from Kubernetes' own controllers, which make them of what is declared, and from a
 * control plane's kubelets, which show what they run from files. No pod has anything of its machine but those, by name. A pod that is there keeps
 * its images, and the labels by which network policies know it.
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
                    name: "isProxy",
                    expression: `${inKubernetes} && variables.owners.exists(o, o.kind == "DaemonSet" && o.name == "${KUBE_PROXY}")`,
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
                        // Of one that is there nothing of this can change but by another container.
                        `size(variables.machines) == 0 || (oldObject != null && request.?subResource.orValue("") == "") || ` +
                        `(variables.isStatic && ${ASKED_BY_NODE}) || ` +
                        `(variables.isProxy && ${asked([controllerUser("daemon-set-controller")])})`,
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
