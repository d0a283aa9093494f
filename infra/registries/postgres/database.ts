import { createHash } from "node:crypto";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as pulumi from "@pulumi/pulumi";
import { budget } from "../../kubernetes/budget";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { NOT_AWAITED, metadata } from "../../kubernetes/metadata";
import { DATABASE, PORTS, ROLE_LABEL } from "../plan-database";
import { COMMON_LABELS } from "../../conventions/names";
import { memberFiles } from "./members";
import { VOLUME } from "../container";
import { type PodArgs, STARTUP, podSpec } from "./pod";

export interface DatabaseArgs extends PodArgs {
    /** Resources that must be there before any member is. */
    readonly before: pulumi.Resource[];
}

/** A registry's database: its members, the Services that name them, and the budget that keeps enough of them. */
export function database(name: string, args: DatabaseArgs, opts: pulumi.CustomResourceOptions): void {
    const { registry, namespace } = args;
    const { labels } = registry;
    const { labels: selector, leader, members, firstMember } = registry.database;
    // Site and role are left out below, because they may change and a member must not restart for it.
    const podLabels = { ...COMMON_LABELS, ...selector };
    const port = { name: "postgres", port: PORTS.postgres, targetPort: "postgres", protocol: "TCP" };

    const service = new Service(
        `${name}-service`,
        {
            metadata: metadata(DATABASE, labels, namespace),
            // Members find each other before they are ready.
            spec: { clusterIP: "None", publishNotReadyAddresses: true, selector, ports: [port] },
        },
        opts,
    );
    new Service(
        `${name}-leader`,
        {
            metadata: metadata("leader", labels, namespace, NOT_AWAITED),
            spec: {
                clusterIP: leader.address,
                selector: { ...selector, [ROLE_LABEL.key]: ROLE_LABEL.leader },
                ports: [port],
            },
        },
        opts,
    );
    new Service(
        `${name}-writer`,
        {
            // The names of the Service and its port stay, because a Service with another name could not take over its fixed cluster address.
            // Any member grants a lease, so that the other site writes on while this one chooses another leader.
            metadata: metadata("writer", labels, namespace, NOT_AWAITED),
            spec: {
                clusterIP: registry.database.lease.address,
                selector,
                ports: [{ name: "writer", port: PORTS.lease, targetPort: PORTS.lease, protocol: "TCP" }],
            },
        },
        opts,
    );
    budget(name, { workload: DATABASE, namespace, labels, selector, maxUnavailable: registry.maxUnavailable }, opts);
    // Members read their files when they start.
    const files = createHash("sha256")
        .update(JSON.stringify(memberFiles(registry.database)))
        .digest("hex");
    new StatefulSet(
        `${name}-members`,
        {
            metadata: metadata(DATABASE, labels, namespace),
            spec: {
                serviceName: service.metadata.name,
                replicas: members,
                ordinals: { start: firstMember },
                podManagementPolicy: "Parallel",
                selector: { matchLabels: selector },
                persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                template: {
                    metadata: { labels: podLabels, annotations: { "data-embassy/files": files.slice(0, 16) } },
                    spec: podSpec(args),
                },
                volumeClaimTemplates: [
                    {
                        metadata: { name: VOLUME.data, labels: podLabels },
                        spec: {
                            accessModes: ["ReadWriteOnce"],
                            storageClassName: registry.storageClass,
                            resources: { requests: { storage: registry.storage } },
                        },
                    },
                ],
            },
        },
        {
            ...opts,
            ...PROTECTED,
            dependsOn: args.before,
            customTimeouts: { create: `${STARTUP}s`, update: `${STARTUP}s` },
        },
    );
}
