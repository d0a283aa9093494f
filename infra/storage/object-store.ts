import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import * as pulumi from "@pulumi/pulumi";
import { budget } from "../kubernetes/budget";
import type { StoreUsers } from "../conventions/object-store";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import { tenancy } from "../kubernetes/tenancy";
import { certificate } from "../keys/certificate";
import { pods, tcp } from "../kubernetes/network-policy";
import { networkPolicies } from "../kubernetes/network-policies";
import type { Validity } from "../keys/plan-authority";
import { AUTHORITY } from "../keys/plan-cert-manager";
import type { Issuer } from "../keys/cross-stack-secrets";
import { COMMON_LABELS, LABEL } from "../conventions/names";
import { OBJECT_STORE, type ObjectStorePlan, NIGHTLY, STORE_SELECTOR } from "./plan-object-store";
import { purge } from "./purge";
import { selfTest } from "./self-test";
import { storeKeys } from "./store-keys";
import { STORE_PORT, type StorePodArgs, storePod } from "./store-pod";

export interface ObjectStoreArgs {
    readonly store: ObjectStorePlan;
    readonly podSecurityVersion: string;
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    /** Users besides the store's own. */
    readonly users: pulumi.Input<StoreUsers>;
}

/**
 * A site's object store. It keeps backups, and gives nobody the right to remove one before its time:
 * docs/decisions/write-once.md.
 */
export class ObjectStore extends pulumi.ComponentResource {
    readonly namespace: pulumi.Output<string>;

    constructor(name: string, args: ObjectStoreArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:storage:ObjectStore", name, {}, opts);
        const { store, issuer, validity } = args;
        const { labels, quota, dnsNames } = store;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            name,
            {
                namespace: OBJECT_STORE,
                labels,
                account: OBJECT_STORE,
                quota,
                podSecurityVersion: args.podSecurityVersion,
            },
            parent,
        );
        this.namespace = namespace;
        const placed = { namespace, labels };
        const ingress = [{ from: [REGISTRIES, ...NIGHTLY.map(named)] as const, ports: tcp(STORE_PORT) }];
        const flows = { ...placed, workload: OBJECT_STORE, selector: STORE_SELECTOR, ingress, egress: [] };
        // The network policies are in force before any pod starts.
        const behindPolicies = { ...parent, dependsOn: networkPolicies(name, flows, parent) };
        const stored = certificate(
            `${name}-tls`,
            {
                ...placed,
                authority: AUTHORITY.site,
                issuer,
                validity,
                secret: "tls",
                commonName: OBJECT_STORE,
                dnsNames,
            },
            parent,
        );
        const keys = storeKeys(name, { store, namespace, users: args.users }, parent);
        const inPods = { store, namespace, serviceAccount, keys, certificate: stored };
        server(name, inPods, behindPolicies);
        selfTest(`${name}-self-test`, inPods, behindPolicies);
        purge(`${name}-purge`, inPods, behindPolicies);
        this.registerOutputs();
    }
}

/** The pods of every registry: those of the databases, and of the backup Jobs. */
const REGISTRIES = { namespaceSelector: { matchExpressions: [{ key: LABEL.registry, operator: "Exists" }] } };

function named(workload: string): ReturnType<typeof pods> {
    return pods({ "app.kubernetes.io/name": workload });
}

interface ServerArgs extends StorePodArgs {
    readonly namespace: pulumi.Input<string>;
}

function server(name: string, args: ServerArgs, opts: pulumi.CustomResourceOptions): void {
    const { store, namespace } = args;
    // Site and role are left out: they may change, and the store must not restart for it.
    const podLabels = { ...COMMON_LABELS, ...STORE_SELECTOR };
    new Service(
        `${name}-service`,
        {
            metadata: metadata(OBJECT_STORE, store.labels, namespace, NOT_AWAITED),
            spec: {
                clusterIP: store.address,
                selector: STORE_SELECTOR,
                ports: [{ name: "https", port: 443, targetPort: STORE_PORT, protocol: "TCP" }],
            },
        },
        opts,
    );
    // There is one: while its machine is serviced, the other site's store goes on.
    budget(name, { workload: OBJECT_STORE, namespace, labels: store.labels, selector: STORE_SELECTOR }, opts);
    new StatefulSet(
        `${name}-server`,
        {
            metadata: metadata(OBJECT_STORE, store.labels, namespace),
            spec: {
                serviceName: OBJECT_STORE,
                replicas: 1,
                selector: { matchLabels: STORE_SELECTOR },
                persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                template: {
                    metadata: { labels: podLabels },
                    spec: storePod(args),
                },
                volumeClaimTemplates: [
                    {
                        metadata: { name: "data", labels: podLabels },
                        spec: {
                            accessModes: ["ReadWriteOnce"],
                            storageClassName: store.storageClass,
                            resources: { requests: { storage: store.storage } },
                        },
                    },
                ],
            },
        },
        { ...opts, ...PROTECTED },
    );
}
