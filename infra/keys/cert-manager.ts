import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { deployment } from "../kubernetes/deployment";
import { PRIORITY } from "../kubernetes/priority";
import { clusterRole } from "../kubernetes/role";
import { tenancy } from "../kubernetes/tenancy";
import { NOBODY } from "../conventions/users";
import { apiToken, guaranteed, hardenedContainer, hardenedPod, probes } from "../kubernetes/workload";
import { apiServer } from "../networking/egress";
import { networkPolicies } from "../kubernetes/network-policies";
import type { NetworkPlan } from "../networking/addresses";
import {
    AUTHORITY,
    CERT_MANAGER,
    CERT_MANAGER_API,
    CERT_MANAGER_SELECTOR,
    type CertManagerPlan,
} from "./plan-cert-manager";
import type { Issuer } from "./cross-stack-secrets";
import { clusterIssuer } from "./issuer";

export interface CertManagerArgs {
    readonly plan: CertManagerPlan;
    readonly network: NetworkPlan;
    readonly podSecurityVersion: string;
    /** The site's issuer. */
    readonly issuer: pulumi.Output<Issuer>;
}

/** Name of the ClusterRole and its binding, which belong to no namespace. */
const ROLE = "embassy-cert-manager";

/** Renews the site's certificates by itself, without another site: docs/decisions/certificates.md. */
export class CertManager extends pulumi.ComponentResource {
    /** Namespace of the authorities' keys. */
    readonly namespace: pulumi.Output<string>;

    constructor(name: string, args: CertManagerArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:keys:CertManager", name, {}, opts);
        const { plan, network, issuer } = args;
        const { labels, quota } = plan;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            name,
            {
                namespace: CERT_MANAGER,
                labels,
                account: CERT_MANAGER,
                quota,
                podSecurityVersion: args.podSecurityVersion,
            },
            parent,
        );
        this.namespace = namespace;
        const placed = { namespace, labels };
        const flows = { selector: CERT_MANAGER_SELECTOR, ingress: [], egress: [apiServer(network)] };
        const policies = networkPolicies(name, { ...placed, workload: CERT_MANAGER, ...flows }, parent);
        clusterRole(name, { ...placed, called: ROLE, rules: RULES, serviceAccount }, parent);
        clusterIssuer(`${name}-site`, { ...placed, called: AUTHORITY.site, issuer }, parent);
        deployment(
            name,
            {
                ...placed,
                workload: CERT_MANAGER,
                part: "controller",
                selector: CERT_MANAGER_SELECTOR,
                replicas: 1,
                // There are never two, because nothing decides which of them renews.
                strategy: { type: "Recreate" },
                pod: podSpec(plan, serviceAccount),
                networkPolicies: policies,
            },
            parent,
        );
        this.registerOutputs();
    }
}

const apiGroups = [CERT_MANAGER_API.group];
const REQUESTS = ["certificates", "certificaterequests"];
const LOOKS = ["get", "list", "watch"];
/**
 * cert-manager finds Secrets by their labels, which RBAC does not know, so that it may read all of them.
 * https://cert-manager.io/docs/devops-tips/scoping-rbac/
 */
const RULES = [
    { apiGroups, resources: [...REQUESTS, "issuers", "clusterissuers"], verbs: LOOKS },
    { apiGroups, resources: ["certificaterequests"], verbs: ["create", "delete", "update"] },
    { apiGroups, resources: [...REQUESTS, "clusterissuers"].map((kind) => `${kind}/status`), verbs: ["update"] },
    { apiGroups: [""], resources: ["secrets"], verbs: [...LOOKS, "create", "delete", "patch"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/** Port at which toolchain/modules/cert-manager/main.go listens, for kubelets alone. */
const HEALTH_PORT = 9403;

function health(path: string): input.core.v1.Probe {
    return { httpGet: { path, port: HEALTH_PORT } };
}

function podSpec(
    { image, cpu, memory }: CertManagerPlan,
    serviceAccountName: pulumi.Input<string>,
): ReturnType<typeof hardenedPod> {
    return hardenedPod(NOBODY, {
        serviceAccountName,
        priorityClassName: PRIORITY.service.name,
        containers: [
            hardenedContainer({
                name: CERT_MANAGER,
                image,
                args: [`--cluster-resource-namespace=${CERT_MANAGER}`],
                resources: guaranteed(cpu, memory),
                ...probes(health("/readyz"), health("/livez")),
                volumeMounts: [apiToken.mount],
            }),
        ],
        volumes: [apiToken.volume],
    });
}
