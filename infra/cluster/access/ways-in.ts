import type * as pulumi from "@pulumi/pulumi";
import { LABEL, type Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";
import { DISKS } from "../../storage/local-disks";
import type { Host } from "../facility/inventory";
import {
    ASKED_BY_NODE,
    BOOTSTRAP_GROUP,
    CONTROLLER_MANAGER_USER,
    SCHEDULER_USER,
    asked,
    controllerUser,
} from "./plan-kubernetes";

interface Site {
    readonly labels: Labels;
    readonly hosts: readonly Host[];
    readonly podSecurityVersion: string;
    readonly storageClass: string;
}

interface Way {
    readonly apiGroup: string;
    /** With its subresource, if there is one. */
    readonly resource: string;
    readonly operations: readonly string[];
    /** CEL: true where the request is no way in. */
    readonly unless: string;
    /** What is right, as a sentence. */
    readonly says: string;
}

const MADE = ["CREATE", "UPDATE"];
const NEVER = "false";

/** Labels of a namespace by which policies identify it. */
const KEPT = ["app.kubernetes.io/part-of", LABEL.registry];
const SIGNERS_OF_NODES = ["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"];

/**
 * Ways to get at pods, or at what is in them, without creating or entering one:
 * https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
function ways({ hosts, podSecurityVersion, storageClass }: Site): Way[] {
    const label = (key: string): string => `object.metadata.?labels[?"${key}"]`;
    const level = label("pod-security.kubernetes.io/enforce");
    const version = label("pod-security.kubernetes.io/enforce-version");
    const webhooks = {
        apiGroup: "admissionregistration.k8s.io",
        operations: MADE,
        unless: NEVER,
        says: "what is written here is shown to no webhook and changed by none",
    };
    const devices = { operations: MADE, unless: NEVER, says: "the embassy's volumes are its machines' own disks" };
    return [
        {
            apiGroup: "",
            resource: "namespaces",
            operations: MADE,
            unless:
                `${level}.orValue("restricted") == "restricted" && ` +
                `${version}.orValue("latest") in ["latest", "${podSecurityVersion}"]`,
            says: `every namespace is restricted, at ${podSecurityVersion}`,
        },
        {
            apiGroup: "",
            resource: "namespaces",
            operations: ["UPDATE"],
            unless: KEPT.map(
                (key) => `oldObject.metadata.?labels[?"${key}"].orValue("") == ${label(key)}.orValue("")`,
            ).join(" && "),
            says: `a namespace keeps its labels ${KEPT.join(" and ")}: policies know it by them`,
        },
        {
            apiGroup: "",
            resource: "persistentvolumes",
            operations: ["CREATE"],
            unless:
                `has(object.spec.local) && object.spec.local.path.matches("^${DISKS}/${storageClass}/[0-9]+$") && ` +
                `object.spec.?storageClassName.orValue("") == "${storageClass}"`,
            says: `a volume is a machine's own disk, a local one below ${DISKS}/${storageClass}`,
        },
        {
            apiGroup: "storage.k8s.io",
            resource: "storageclasses",
            operations: MADE,
            unless: 'object.provisioner == "kubernetes.io/no-provisioner"',
            says: devices.says,
        },
        { ...devices, apiGroup: "storage.k8s.io", resource: "csidrivers" },
        { ...devices, apiGroup: "storage.k8s.io", resource: "volumeattachments" },
        { ...devices, apiGroup: "resource.k8s.io", resource: "resourceclaims" },
        { ...devices, apiGroup: "resource.k8s.io", resource: "resourceclaimtemplates" },
        { ...devices, apiGroup: "resource.k8s.io", resource: "resourceslices" },
        { ...devices, apiGroup: "resource.k8s.io", resource: "deviceclasses" },
        {
            apiGroup: "node.k8s.io",
            resource: "runtimeclasses",
            operations: MADE,
            unless: NEVER,
            says: "every pod runs in the one runtime of its machine",
        },
        { ...webhooks, resource: "validatingwebhookconfigurations" },
        { ...webhooks, resource: "mutatingwebhookconfigurations" },
        {
            apiGroup: "apiregistration.k8s.io",
            resource: "apiservices",
            operations: MADE,
            unless: "!has(object.spec.service)",
            says: "the API is served by the site's API servers alone",
        },
        {
            apiGroup: "apiextensions.k8s.io",
            resource: "customresourcedefinitions",
            operations: MADE,
            unless: 'object.spec.?conversion.?strategy.orValue("None") == "None"',
            says: webhooks.says,
        },
        {
            apiGroup: "",
            resource: "services",
            operations: MADE,
            unless: 'object.spec.?type.orValue("ClusterIP") == "ClusterIP" && !has(object.spec.externalIPs)',
            says: "a Service is reached inside of the site alone, at an address of its own",
        },
        {
            apiGroup: "",
            resource: "nodes",
            operations: ["CREATE"],
            unless: `object.metadata.name in ${JSON.stringify(hosts.map(({ name }) => name))}`,
            says: "a node is one of the hosts that are declared",
        },
        {
            apiGroup: "",
            resource: "serviceaccounts/token",
            operations: ["CREATE"],
            unless: `${ASKED_BY_NODE} || ${asked([CONTROLLER_MANAGER_USER])}`,
            says: "tokens are given to machines, for the pods on them, and to Kubernetes' own controllers",
        },
        ...["bindings", "pods/binding"].map((resource) => ({
            apiGroup: "",
            resource,
            operations: ["CREATE"],
            unless: asked([SCHEDULER_USER]),
            says: "where a pod runs is the scheduler's to say",
        })),
        {
            apiGroup: "certificates.k8s.io",
            resource: "certificatesigningrequests",
            operations: ["CREATE"],
            unless:
                `!(object.spec.signerName in ${JSON.stringify(SIGNERS_OF_NODES)}) || ${ASKED_BY_NODE} || ` +
                `request.userInfo.?groups.orValue([]).exists(g, g == "${BOOTSTRAP_GROUP}")`,
            says: "a machine asks for its certificate itself",
        },
        {
            apiGroup: "certificates.k8s.io",
            resource: "certificatesigningrequests/approval",
            operations: ["UPDATE"],
            unless: asked([controllerUser("certificate-controller"), CONTROLLER_MANAGER_USER]),
            says: "certificates are approved by the rule for machines, and by nobody",
        },
    ];
}

/** CEL: whether the request uses this way. */
function isAsked({ resource, operations }: Way): string {
    const [main, sub = ""] = resource.split("/");
    return (
        `request.resource.resource == "${main ?? ""}" && request.?subResource.orValue("") == "${sub}" && ` +
        `request.operation in ${JSON.stringify(operations)}`
    );
}

/** The API server refuses requests that would lead into a pod by another way than through itself, whoever asks. */
export function waysIn(name: string, site: Site, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const all = ways(site);
    const groups = [...new Set(all.map(({ apiGroup }) => apiGroup))];
    return refusing(
        name,
        {
            called: "no-way-in",
            labels: site.labels,
            matchConstraints: {
                resourceRules: groups.map((group) => {
                    const own = all.filter(({ apiGroup }) => apiGroup === group);
                    return {
                        apiGroups: [group],
                        apiVersions: ["v1"],
                        operations: [...new Set(own.flatMap(({ operations }) => operations))],
                        resources: [...new Set(own.map(({ resource }) => resource))],
                    };
                }),
            },
            validations: all.map((way) => ({
                expression: `!(${isAsked(way)}) || (${way.unless})`,
                reason: "Forbidden",
                message: `${way.resource}: ${way.says}`,
            })),
        },
        opts,
    );
}
