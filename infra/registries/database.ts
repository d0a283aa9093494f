import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as pulumi from "@pulumi/pulumi";
import { HELD } from "../cluster/held";
import { metadata } from "../cluster/metadata";
import { PRIORITY } from "../cluster/priorities";
import { type Identity, guaranteed, hardenedContainer, hardenedPod } from "../cluster/workload";
import { COMMON_LABELS } from "../plan/names";
import { DATABASE, DATABASE_PORT, type RegistryPlan } from "../plan/registries";

export interface DatabaseArgs {
    readonly registry: RegistryPlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    readonly credentials: pulumi.Input<string>;
    readonly certificate: pulumi.Input<string>;
}

/** postgres in Debian's package. */
const POSTGRES: Identity = { uid: 100, gid: 102 };
/** Mounted Secrets: readable by the process's group, by nobody else. */
const KEY_MODE = 0o440;
/** A primary must write its last checkpoint before it goes. */
const SHUTDOWN_SECONDS = 120;

/** A registry's database: its members, the Service that names them, and the budget that keeps enough of them. */
export function database(name: string, args: DatabaseArgs, opts: pulumi.CustomResourceOptions): void {
    const { registry, namespace } = args;
    const { labels, selector } = registry;
    // Site and role are left out below: they may change, and a member must not restart for it.
    const podLabels = { ...COMMON_LABELS, ...selector };

    const service = new Service(
        `${name}-service`,
        {
            metadata: metadata(DATABASE, labels, namespace),
            spec: {
                clusterIP: "None",
                // Members find each other before they are ready.
                publishNotReadyAddresses: true,
                selector,
                ports: [{ name: "postgres", port: DATABASE_PORT, targetPort: "postgres", protocol: "TCP" }],
            },
        },
        opts,
    );
    new PodDisruptionBudget(
        `${name}-budget`,
        {
            metadata: metadata(DATABASE, labels, namespace),
            spec: { maxUnavailable: registry.maxUnavailable, selector: { matchLabels: selector } },
        },
        opts,
    );
    new StatefulSet(
        `${name}-members`,
        {
            metadata: metadata(DATABASE, labels, namespace),
            spec: {
                serviceName: service.metadata.name,
                replicas: registry.members,
                podManagementPolicy: "Parallel",
                selector: { matchLabels: selector },
                persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                template: { metadata: { labels: podLabels }, spec: podSpec(args) },
                volumeClaimTemplates: [
                    {
                        metadata: { name: "data", labels: podLabels },
                        spec: {
                            accessModes: ["ReadWriteOnce"],
                            storageClassName: registry.storageClass,
                            resources: { requests: { storage: registry.storage } },
                        },
                    },
                ],
            },
        },
        { ...opts, ...HELD },
    );
}

function podSpec({ registry, serviceAccount, credentials, certificate }: DatabaseArgs): ReturnType<typeof hardenedPod> {
    const database = hardenedContainer({
        name: DATABASE,
        image: registry.image,
        ports: [{ name: "postgres", containerPort: DATABASE_PORT, protocol: "TCP" }],
        resources: guaranteed(registry.cpu, registry.memory),
        readinessProbe: { tcpSocket: { port: "postgres" }, periodSeconds: 5 },
        volumeMounts: [
            { name: "data", mountPath: "/var/lib/postgresql" },
            { name: "run", mountPath: "/run/postgresql" },
            { name: "tmp", mountPath: "/tmp" },
            { name: "credentials", mountPath: "/etc/embassy/credentials", readOnly: true },
            { name: "certificate", mountPath: "/etc/embassy/tls", readOnly: true },
        ],
    });
    return hardenedPod(POSTGRES, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.registry.name,
        terminationGracePeriodSeconds: SHUTDOWN_SECONDS,
        topologySpreadConstraints: registry.spread.map((constraint) => ({
            ...constraint,
            labelSelector: { matchLabels: registry.selector },
        })),
        containers: [database],
        volumes: [
            { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
            { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
            { name: "credentials", secret: { secretName: credentials, defaultMode: KEY_MODE } },
            { name: "certificate", secret: { secretName: certificate, defaultMode: KEY_MODE } },
        ],
    });
}
