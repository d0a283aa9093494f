import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { amount } from "../../conventions/quantity";
import { agentContainer } from "../../kubernetes/agent";
import { PRIORITY } from "../../kubernetes/priority";
import { spreadAmong } from "../../kubernetes/spread";
import {
    KEY_MODE,
    apiToken,
    following,
    guaranteed,
    hardenedContainer,
    hardenedPod,
    listening,
} from "../../kubernetes/workload";
import { configurationFile } from "../backups/pgbackrest";
import { PROGRAM } from "../../conventions/programs";
import { LEASE_AGENT_USER, POSTGRES } from "../../conventions/users";
import { type PostgresArgs, VOLUME, keyVolumes } from "../container";
import { HELPER, type RegistryPlan, LEASE_AGENT } from "../plan";
import { DATABASE, PATHS, PORTS, leaseName, memberName, memberNames, partnerNames } from "../plan-database";
import { GIVES_UP_SECONDS } from "../replication/plan";
import { ASKING, LEASE_AGENT_ROLE, edgeRoles } from "../roles";
import { SERVICE } from "./patroni";

export interface PodArgs extends PostgresArgs {
    /** ConfigMap with the members' files. */
    readonly files: pulumi.Input<string>;
    /** Secret with the lease agent's certificate. */
    readonly leaseCertificate: pulumi.Input<string>;
}

/** Seconds that a member has to hand the lead over, as `images/postgres/hand_over.py` takes at most. */
const HAND_OVER = 60;
/** Seconds that a primary has to write its last checkpoint before it goes. */
const SHUTDOWN = 120;
/** Seconds that a member may take to start, because a restore reads all that is stored. */
export const STARTUP = 4 * 60 * 60;

/** What runs in the pod of a member: the database, what serves its files to backups, and its lease agent. */
export function podSpec(args: PodArgs): ReturnType<typeof hardenedPod> {
    const { registry, serviceAccount, files, leaseCertificate } = args;
    return hardenedPod(POSTGRES, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.registry.name,
        terminationGracePeriodSeconds: HAND_OVER + SHUTDOWN,
        topologySpreadConstraints: spreadAmong(registry.spread, registry.database.labels),
        containers: [member(registry), repositoryServer(registry), leaseAgent(registry)],
        volumes: [
            { name: VOLUME.run, emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
            { name: VOLUME.temporary, emptyDir: { sizeLimit: "1Gi" } },
            { name: VOLUME.files, configMap: { name: files, defaultMode: KEY_MODE } },
            ...keyVolumes(args),
            { name: VOLUME.leaseCertificate, secret: { secretName: leaseCertificate, defaultMode: KEY_MODE } },
            apiToken.volume,
        ],
    });
}

/** Mounts of the database and of the server of its files, with the socket. */
const SHARED = [
    { name: VOLUME.data, mountPath: PATHS.home },
    { name: VOLUME.run, mountPath: PATHS.socket },
    { name: VOLUME.temporary, mountPath: "/tmp" },
    { name: VOLUME.certificate, mountPath: PATHS.tls, readOnly: true },
    { name: VOLUME.repositories, mountPath: PATHS.repositories, readOnly: true },
];

/** Patroni's configuration. */
const CONFIGURATION = `${PATHS.patroni}/patroni.yml`;

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
        command: following(PATHS.tls, PROGRAM.python),
        args: [PROGRAM.member, CONFIGURATION],
        // Whoever ends the pod: a rollout, a drain of its machine, or a person. Until another member leads, this one writes on.
        lifecycle: { preStop: { exec: { command: [PROGRAM.python, PROGRAM.handOver, CONFIGURATION] } } },
        env: [
            { name: "EMBASSY_DATA", value: PATHS.data },
            { name: "EMBASSY_DISK", value: String(amount(database.storage)) },
            { name: "EMBASSY_MEMBERS", value: memberName(database.registry) },
            { name: "EMBASSY_LEASE_AGENT", value: leaseName(database.registry) },
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
        // Until it is up, a member is probed often, and from then on seldom, because each probe costs both ends a TLS handshake.
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
        command: following(PATHS.tls, PROGRAM.pgbackrest),
        args: [`--config=${configurationFile("own")}`, "server"],
        ports: [{ name: "repository", containerPort: PORTS.repository, protocol: "TCP" }],
        ...listening("repository"),
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
        user: LEASE_AGENT_USER,
        settings: {
            SCOPE: scope,
            LABELS: labels,
            SOCKET: PATHS.socket,
            DATABASE_USER: LEASE_AGENT_ROLE,
            CERTIFICATE: PATHS.tls,
            PORT: PORTS.lease,
            PARTNER: terms.partner,
            PARTNER_HOST: terms.partnerHost,
            PARTNER_NAMES: partnerNames(database),
            LEASE_SECONDS: terms.leaseSeconds,
            PATIENCE_SECONDS: GIVES_UP_SECONDS,
            MAXIMUM_LAG: terms.maximumLag,
            MEMBERS: memberNames(database),
            WAL_SEGMENT: database.walSegment,
            ASKING_ROLES: edgeRoles(registry),
            ASKING_MILLISECONDS: ASKING.milliseconds,
            PATRONI_PORT: PORTS.patroni,
            PATRONI_NAME: database.dnsNames[0] ?? "",
            MEMBER: { fieldPath: "metadata.name" },
        },
        mounts: [
            // The agent connects at this socket, and cannot put another one in its place.
            { name: VOLUME.run, mountPath: PATHS.socket, readOnly: true },
            // Its own, which is in no other container, as the members' is not in this one: neither passes for the other.
            { name: VOLUME.leaseCertificate, mountPath: PATHS.tls, readOnly: true },
            apiToken.mount,
        ],
    });
    return {
        ...container,
        ports: [{ name: "lease", containerPort: PORTS.lease, protocol: "TCP" }],
        // The agent asks for a certificate, and the kubelet has none.
        ...listening("lease"),
    };
}
