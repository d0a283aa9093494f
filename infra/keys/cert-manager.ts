import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { metadata } from "../cluster/metadata";
import { PRIORITY } from "../cluster/priorities";
import { tenancy } from "../cluster/tenancy";
import { type Identity, apiToken, guaranteed, hardenedContainer, hardenedPod } from "../cluster/workload";
import { allow, apiServer } from "../networking/allow";
import { defaultDeny } from "../networking/default-deny";
import type { NetworkPlan } from "../plan/addresses";
import {
    AUTHORITY,
    CERT_MANAGER,
    CERT_MANAGER_API,
    CERT_MANAGER_SELECTOR,
    type CertManagerPlan,
} from "../plan/cert-manager";
import type { Issuer } from "../plan/handover";
import { COMMON_LABELS } from "../plan/names";
import { clusterIssuer } from "./issuer";

export interface CertManagerArgs {
    readonly plan: CertManagerPlan;
    readonly network: NetworkPlan;
    readonly podSecurityVersion: string;
    /** The site's. */
    readonly issuer: pulumi.Output<Issuer>;
}

/** As in images/catalogue/cert-manager.ts. */
const NOBODY: Identity = { uid: 65535, gid: 65535 };
/** Of the role, which is the cluster's. */
const ROLE = "embassy-cert-manager";

/** What renews the site's certificates without anybody's doing, and without another site: docs/decisions/certificates.md. */
export class CertManager extends pulumi.ComponentResource {
    /** Where the keys of authorities are. */
    readonly namespace: pulumi.Output<string>;

    constructor(name: string, args: CertManagerArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:keys:CertManager", name, {}, opts);
        const { plan, network, issuer } = args;
        const { labels, quota } = plan;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            { name, namespace: CERT_MANAGER, labels, account: CERT_MANAGER, quota },
            args.podSecurityVersion,
            parent,
        );
        this.namespace = namespace;
        const placed = { namespace, labels };
        const walls = [
            defaultDeny(`${name}-default-deny`, placed, parent),
            allow(
                `${name}-allow`,
                {
                    ...placed,
                    workload: CERT_MANAGER,
                    selector: CERT_MANAGER_SELECTOR,
                    ingress: [],
                    egress: [apiServer(network)],
                },
                parent,
            ),
        ];
        mayRenew(name, labels, { kind: "ServiceAccount", name: serviceAccount, namespace }, parent);
        clusterIssuer(`${name}-site`, { ...placed, called: AUTHORITY.site, issuer }, parent);
        new PodDisruptionBudget(
            `${name}-budget`,
            {
                metadata: metadata(CERT_MANAGER, labels, namespace),
                // Servicing its machine takes it away for a moment.
                spec: { maxUnavailable: 1, selector: { matchLabels: CERT_MANAGER_SELECTOR } },
            },
            parent,
        );
        new Deployment(
            `${name}-controller`,
            {
                metadata: metadata(CERT_MANAGER, labels, namespace),
                spec: {
                    replicas: 1,
                    // Never two: it is not told apart which of them renews.
                    strategy: { type: "Recreate" },
                    selector: { matchLabels: CERT_MANAGER_SELECTOR },
                    template: {
                        metadata: { labels: { ...COMMON_LABELS, ...CERT_MANAGER_SELECTOR } },
                        spec: podSpec(plan, serviceAccount),
                    },
                },
            },
            // Walls before anything moves in.
            { ...parent, dependsOn: walls },
        );
        this.registerOutputs();
    }
}

/**
 * It finds Secrets by their labels, and RBAC knows none: it may read all of them. https://cert-manager.io/docs/devops-tips/scoping-rbac/
 */
function mayRenew(
    name: string,
    labels: CertManagerPlan["labels"],
    account: input.rbac.v1.Subject,
    opts: pulumi.CustomResourceOptions,
): void {
    const apiGroups = [CERT_MANAGER_API.group];
    const requests = ["certificates", "certificaterequests"];
    const looks = ["get", "list", "watch"];
    const role = new ClusterRole(
        `${name}-role`,
        {
            metadata: metadata(ROLE, labels),
            rules: [
                { apiGroups, resources: [...requests, "issuers", "clusterissuers"], verbs: looks },
                { apiGroups, resources: ["certificaterequests"], verbs: ["create", "delete", "update"] },
                {
                    apiGroups,
                    resources: [...requests, "clusterissuers"].map((kind) => `${kind}/status`),
                    verbs: ["update"],
                },
                { apiGroups: [""], resources: ["secrets"], verbs: [...looks, "create", "delete", "patch"] },
                { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
            ],
        },
        opts,
    );
    new ClusterRoleBinding(
        `${name}-role-binding`,
        {
            metadata: metadata(ROLE, labels),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
            subjects: [account],
        },
        opts,
    );
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
                volumeMounts: [apiToken.mount],
            }),
        ],
        volumes: [apiToken.volume],
    });
}
