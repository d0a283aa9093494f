import { createHash } from "node:crypto";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { agentContainer } from "../../kubernetes/agent";
import { budget } from "../../kubernetes/budget";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { NOT_AWAITED, metadata } from "../../kubernetes/metadata";
import { PRIORITY } from "../../kubernetes/priority";
import { spreadAmong } from "../../kubernetes/spread";
import { KEY_MODE, apiToken, following, guaranteed, hardenedContainer, hardenedPod } from "../../kubernetes/workload";
import { DATABASE, PATHS, PORTS, ROLE_LABEL, memberName, memberNames } from "../plan-database";
import { COMMON_LABELS } from "../../conventions/names";
import { SERVICE } from "./patroni";
import { LEASE_AGENT_ROLE } from "../roles";
import { configurationFile } from "../backups/pgbackrest";
import { HELPER, type RegistryPlan, LEASE_AGENT } from "../plan";
import { GIVES_UP_SECONDS } from "../replication/plan";
import { memberFiles } from "./members";
import { POSTGRES, type PostgresArgs, VOLUME, keyVolumes } from "../container";

export interface DatabaseArgs extends PostgresArgs {
    /** ConfigMap with the members' files. */
    readonly files: pulumi.Input<string>;
    /** There before any member is. */
    readonly before: pulumi.Resource[];
}

/** Seconds that a primary has to write its last checkpoint before it goes. */
const SHUTDOWN = 120;
/** Seconds for which a member may be on its way up: a restore reads all that is stored. */
const STARTUP = 4 * 60 * 60;

/** A registry's database: its members, the Services that name them, and the budget that keeps enough of them. */
export function database(name: string, args: DatabaseArgs, opts: pulumi.CustomResourceOptions): void {
    const { registry, namespace } = args;
    const { labels } = registry;
    const { labels: selector, leader, members, firstMember } = registry.database;
    // Site and role are left out below: they may change, and a member must not restart for it.
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
            // Its name and its port's stay: it has a fixed cluster address, which a Service by another name could not take over. Any member grants a lease: the other site writes on while this one chooses another leader.
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

function podSpec(args: DatabaseArgs): ReturnType<typeof hardenedPod> {
    const { registry, serviceAccount, files } = args;
    return hardenedPod(POSTGRES, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.registry.name,
        terminationGracePeriodSeconds: SHUTDOWN,
        topologySpreadConstraints: spreadAmong(registry.spread, registry.database.labels),
        containers: [member(registry), repositoryServer(registry), leaseAgent(registry)],
        volumes: [
            { name: VOLUME.run, emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
            { name: VOLUME.temporary, emptyDir: { sizeLimit: "1Gi" } },
            { name: VOLUME.files, configMap: { name: files, defaultMode: KEY_MODE } },
            ...keyVolumes(args),
            apiToken.volume,
        ],
    });
}

/** Both containers see the database's files and its socket. */
const SHARED = [
    { name: VOLUME.data, mountPath: PATHS.home },
    { name: VOLUME.run, mountPath: PATHS.socket },
    { name: VOLUME.temporary, mountPath: "/tmp" },
    { name: VOLUME.certificate, mountPath: PATHS.tls, readOnly: true },
    { name: VOLUME.repositories, mountPath: PATHS.repositories, readOnly: true },
];

function member({ image, cpu, memory, database }: RegistryPlan): input.core.v1.Container {
    const field = (fieldPath: string): input.core.v1.EnvVarSource => ({ fieldRef: { fieldPath } });
    const host = `$(PATRONI_NAME).${DATABASE}.${database.namespace}.svc`;
    const ask = (path: string): input.core.v1.Probe => ({
        httpGet: { path, port: "patroni", scheme: "HTTPS" },
        timeoutSeconds: 5,
    });
    const ready = ask("/readiness");
    return hardenedContainer({
        name: DATABASE,
        image,
        // At SIGHUP it has Postgres read its files too.
        command: following(PATHS.tls, "/usr/bin/patroni"),
        args: [`${PATHS.patroni}/patroni.yml`],
        env: [
            { name: "PATRONI_NAME", valueFrom: field("metadata.name") },
            { name: "PATRONI_KUBERNETES_NAMESPACE", valueFrom: field("metadata.namespace") },
            { name: "PATRONI_KUBERNETES_POD_IP", valueFrom: field("status.podIP") },
            { name: "PATRONI_POSTGRESQL_CONNECT_ADDRESS", value: `${host}:${PORTS.postgres}` },
            { name: "PATRONI_RESTAPI_CONNECT_ADDRESS", value: `${host}:${PORTS.patroni}` },
            { name: "PGSERVICEFILE", value: `${PATHS.patroni}/pg_service.conf` },
            { name: "PGSERVICE", value: SERVICE },
        ],
        ports: [
            { name: "postgres", containerPort: PORTS.postgres, protocol: "TCP" },
            { name: "patroni", containerPort: PORTS.patroni, protocol: "TCP" },
        ],
        resources: guaranteed(cpu, memory),
        // Until it is up a member is looked at often, and from then on seldom: each look costs both ends a TLS handshake.
        startupProbe: { ...ready, periodSeconds: 1, failureThreshold: STARTUP },
        readinessProbe: { ...ready, periodSeconds: 10 },
        livenessProbe: { ...ask("/liveness"), periodSeconds: 10, failureThreshold: 6 },
        volumeMounts: [...SHARED, { name: VOLUME.files, mountPath: PATHS.patroni, readOnly: true }, apiToken.mount],
    });
}

/** Lets the Job that stores a version read the database's files, over mutual TLS. */
function repositoryServer({ image }: RegistryPlan): input.core.v1.Container {
    return hardenedContainer({
        name: "repository",
        image,
        command: following(PATHS.tls, "/usr/bin/pgbackrest"),
        args: [`--config=${configurationFile("own")}`, "server"],
        ports: [{ name: "repository", containerPort: PORTS.repository, protocol: "TCP" }],
        resources: guaranteed(HELPER.cpu, HELPER.memory),
        volumeMounts: [...SHARED],
    });
}

/** Renews this site's lease at the other site, or grants the other site one. */
function leaseAgent({ agentsImage, database }: RegistryPlan): input.core.v1.Container {
    const { registry, scope, labels, lease: terms } = database;
    const container = agentContainer("lease-agent", {
        image: agentsImage,
        resources: LEASE_AGENT,
        env: {
            SCOPE: scope,
            LABELS: JSON.stringify(labels),
            SOCKET: PATHS.socket,
            DATABASE_USER: LEASE_AGENT_ROLE,
            CERTIFICATE: PATHS.tls,
            PORT: String(PORTS.lease),
            PARTNER: terms.partner,
            PARTNER_HOST: terms.partnerHost,
            PARTNER_NAME: memberName(registry),
            LEASE_SECONDS: String(terms.leaseSeconds),
            PATIENCE_SECONDS: String(GIVES_UP_SECONDS),
            MAXIMUM_LAG: String(terms.maximumLag),
            MEMBERS: JSON.stringify(memberNames(database)),
            WAL_SEGMENT: database.walSegment,
            PATRONI_PORT: String(PORTS.patroni),
            PATRONI_NAME: database.dnsNames[0] ?? "",
        },
        mounts: [
            { name: VOLUME.run, mountPath: PATHS.socket },
            { name: VOLUME.certificate, mountPath: PATHS.tls, readOnly: true },
            apiToken.mount,
        ],
    });
    return {
        ...container,
        env: [
            ...(container.env as input.core.v1.EnvVar[]),
            { name: "MEMBER", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        ],
        ports: [{ name: "lease", containerPort: PORTS.lease, protocol: "TCP" }],
    };
}
