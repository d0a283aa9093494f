import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { AUDIT_FOLDER, AUDIT_SENT, AUDIT_SHIPPER } from "../../conventions/audit";
import { COMMON_LABELS } from "../../conventions/names";
import { AGENT_USER } from "../../conventions/users";
import { auditUser, auditUserId } from "../../keys/audit-key";
import type { CrossStackSecrets } from "../../keys/cross-stack-secrets";
import { agentContainer } from "../../kubernetes/agent";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { metadata } from "../../kubernetes/metadata";
import { allow, range, tcp } from "../../kubernetes/network-policy";
import { PRIORITY } from "../../kubernetes/priority";
import { hardenedPod } from "../../kubernetes/workload";
import { OBJECT_STORE_REGION } from "../../storage/plan-object-store";
import { KEYS, keyMount, keyVolume } from "../../storage/store-pod";
import { KUBERNETES_NAMESPACE } from "../access/plan-kubernetes";
import { type AuditShipperPlan, CONTROL_PLANE, SHIPPER_SELECTOR } from "./plan-audit-shipper";

export interface AuditShipperArgs {
    readonly shipper: AuditShipperPlan;
    readonly crossStackSecrets: pulumi.Output<CrossStackSecrets>;
}

/** Keys of the Secret. */
const KEY = { secret: "secret", authority: "authority.crt" } as const;
/** Folder of the mounted log. */
const LOG = "/audit";
const PORT = 8480;
const HTTPS = 443;

/**
 * On every machine of the control plane, a pod that stores the API server's audit log in the other site's store. It reads that folder of its
 * machine, which no other pod of ours has anything of; it may add to one bucket, reaches that store alone, and nobody reaches it.
 */
export class AuditShipper extends pulumi.ComponentResource {
    constructor(name: string, { shipper, crossStackSecrets }: AuditShipperArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:cluster:AuditShipper", name, {}, opts);
        const { labels, store } = shipper;
        const parent = { parent: this };
        const placed = { namespace: KUBERNETES_NAMESPACE, labels };
        const policy = allow(
            `${name}-allow`,
            {
                ...placed,
                workload: AUDIT_SHIPPER,
                selector: SHIPPER_SELECTOR,
                ingress: [],
                egress: [{ to: [range(`${store.address}/32`)], ports: tcp(HTTPS) }],
            },
            parent,
        );
        const account = new ServiceAccount(
            `${name}-account`,
            { metadata: metadata(AUDIT_SHIPPER, labels, KUBERNETES_NAMESPACE), automountServiceAccountToken: false },
            parent,
        );
        const keys = new Secret(
            `${name}-keys`,
            {
                metadata: metadata(AUDIT_SHIPPER, labels, KUBERNETES_NAMESPACE),
                stringData: pulumi.secret(
                    crossStackSecrets.apply(({ issuer, registries }) => ({
                        [KEY.secret]: auditUser(shipper.site, registries).secret,
                        [KEY.authority]: issuer.rootPem,
                    })),
                ),
            },
            { ...parent, ...PROTECTED },
        );
        new DaemonSet(
            `${name}-agent`,
            {
                metadata: metadata(AUDIT_SHIPPER, labels, KUBERNETES_NAMESPACE),
                spec: {
                    selector: { matchLabels: SHIPPER_SELECTOR },
                    template: {
                        metadata: { labels: { ...COMMON_LABELS, ...SHIPPER_SELECTOR } },
                        spec: pod(shipper, account.metadata.name, keys.metadata.name),
                    },
                },
            },
            { ...parent, dependsOn: [policy] },
        );
        this.registerOutputs();
    }
}

function pod(
    shipper: AuditShipperPlan,
    serviceAccountName: pulumi.Input<string>,
    keys: pulumi.Input<string>,
): ReturnType<typeof hardenedPod> {
    const { site, bucket, store } = shipper;
    const container = agentContainer("audit-shipper", {
        image: shipper.image,
        resources: shipper.resources,
        settings: {
            STORE_URL: `https://${store.host}`,
            STORE_REGION: OBJECT_STORE_REGION,
            STORE_AUTHORITY: `${KEYS}/keys/${KEY.authority}`,
            STORE_USER: auditUserId(site),
            STORE_SECRET: `${KEYS}/keys/${KEY.secret}`,
            BUCKET: bucket,
            SITE: site,
            API_SERVER: { fieldPath: "spec.nodeName" },
            LOG,
            SENT: `${LOG}/${AUDIT_SENT}`,
            INTERVAL_SECONDS: shipper.intervalSeconds,
            PATIENCE_SECONDS: shipper.patienceSeconds,
            PORT,
        },
        mounts: [keyMount("keys"), { name: "log", mountPath: LOG }],
    });
    return hardenedPod(AGENT_USER, {
        serviceAccountName,
        priorityClassName: PRIORITY.service.name,
        nodeSelector: { [CONTROL_PLANE]: "" },
        tolerations: [{ key: CONTROL_PLANE, operator: "Exists", effect: "NoSchedule" }],
        // In Kubernetes' own namespace it does not reach the site's DNS server, which serves ours.
        hostAliases: [{ ip: store.address, hostnames: [store.host] }],
        containers: [
            {
                ...container,
                ports: [{ name: "health", containerPort: PORT, protocol: "TCP" }],
                readinessProbe: asked("/stores"),
                livenessProbe: { ...asked("/alive"), failureThreshold: 6 },
            },
        ],
        volumes: [
            keyVolume("keys", keys, ...Object.values(KEY)),
            { name: "log", hostPath: { path: AUDIT_FOLDER, type: "Directory" } },
        ],
    });
}

function asked(path: string): input.core.v1.Probe {
    return { httpGet: { path, port: "health", scheme: "HTTP" }, periodSeconds: 10 };
}
