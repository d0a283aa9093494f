import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { TLS } from "../../conventions/mounted";
import { AGENT_USER } from "../../conventions/users";
import { agentContainer } from "../../kubernetes/agent";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { metadata } from "../../kubernetes/metadata";
import { PRIORITY } from "../../kubernetes/priority";
import { hardenedPod } from "../../kubernetes/workload";
import { allow, pods, range, tcp } from "../../kubernetes/network-policy";
import { LOOKUPS } from "../../networking/egress";
import type { StoreUser } from "../../keys/registry-keys";
import { COMMON_LABELS, LABEL } from "../../conventions/names";
import { OBJECT_STORE, STORE_SELECTOR } from "../../storage/plan-object-store";
import { UPLOADER, UPLOADER_SELECTOR, PUBLIC_COPY, type PublicCopyPlan } from "./plan-public-copy";
import type { RegistryPlan } from "../plan";
import { KEYS, STORE_PORT, keyMount, keyVolume, storeAccess } from "../../storage/store-pod";

export interface PublicCopyArgs {
    readonly registry: RegistryPlan;
    readonly copy: PublicCopyPlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    /** Secret with the root behind the store's certificate. */
    readonly certificate: pulumi.Input<string>;
    /** The store's user that may read the registry's versions. */
    readonly storeReader: pulumi.Output<StoreUser>;
}

/** A copy is made each hour, which is how far it may be behind the site's own store. */
const SCHEDULE = "20 * * * *";
const HTTPS = 443;
/** Keys of the Secrets. */
const CLOUD = { id: "id", secret: "secret" } as const;

/**
 * Copies a public registry's backups from the site's store to a public cloud as they are: encrypted. The pod reaches only those two, and
 * has the key to read the one and the key of the other. It reaches no database, and has no cipher key.
 */
export function publicCopy(name: string, args: PublicCopyArgs, opts: pulumi.CustomResourceOptions): void {
    const { registry, copy, namespace } = args;
    const { labels, database } = registry;
    const networkPolicies = allow(
        `${name}-allow`,
        {
            workload: PUBLIC_COPY,
            namespace,
            labels,
            selector: UPLOADER_SELECTOR,
            ingress: [],
            egress: [
                LOOKUPS,
                { to: [pods(STORE_SELECTOR, OBJECT_STORE)], ports: tcp(STORE_PORT) },
                { to: [range(`${copy.address}/32`)], ports: tcp(HTTPS) },
            ],
        },
        opts,
    );
    const { metadata: reader } = new Secret(
        `${name}-reader`,
        {
            metadata: metadata(PUBLIC_COPY, labels, namespace),
            stringData: pulumi.secret(
                args.storeReader.apply(({ id, secret }) => ({ [CLOUD.id]: id, [CLOUD.secret]: secret })),
            ),
        },
        { ...opts, ...PROTECTED },
    );
    new CronJob(
        `${name}-job`,
        {
            metadata: metadata(PUBLIC_COPY, labels, namespace),
            spec: {
                schedule: SCHEDULE,
                timeZone: "Etc/UTC",
                // It runs where backups are made too: at the site that is written to, and where there is something to copy.
                suspend: database.members === 0 || database.origin.kind === "primary",
                // A run that hangs because its machine is gone does not block the next.
                concurrencyPolicy: "Replace",
                successfulJobsHistoryLimit: 3,
                failedJobsHistoryLimit: 3,
                jobTemplate: {
                    spec: {
                        // The next hour's run goes on where this one failed.
                        backoffLimit: 0,
                        template: {
                            metadata: {
                                labels: { ...COMMON_LABELS, ...UPLOADER_SELECTOR, [LABEL.registry]: registry.name },
                            },
                            spec: pod(args, reader.name),
                        },
                    },
                },
            },
        },
        { ...opts, dependsOn: networkPolicies },
    );
}

function pod(args: PublicCopyArgs, reader: pulumi.Input<string>): ReturnType<typeof hardenedPod> {
    const { registry, copy, serviceAccount, certificate } = args;
    const container = agentContainer("public-copy-uploader", {
        image: registry.agentsImage,
        resources: UPLOADER,
        settings: {
            ...storeAccess(),
            READ_ID: `${KEYS}/read/${CLOUD.id}`,
            READ_SECRET: `${KEYS}/read/${CLOUD.secret}`,
            BUCKET: registry.namespace,
            CLOUD_URL: `https://${copy.endpoint}`,
            CLOUD_REGION: copy.region,
            CLOUD_BUCKET: copy.bucket,
            CLOUD_FOLDER: copy.folder,
            CLOUD_ID: `${KEYS}/cloud/${CLOUD.id}`,
            CLOUD_SECRET: `${KEYS}/cloud/${CLOUD.secret}`,
        },
        mounts: ["authority", "read", "cloud"].map(keyMount),
    });
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        restartPolicy: "Never",
        // The site's DNS server knows no names outside, and asks no other server.
        hostAliases: [{ ip: copy.address, hostnames: [copy.endpoint] }],
        containers: [{ ...container, terminationMessagePolicy: "FallbackToLogsOnError" }],
        volumes: [
            keyVolume("authority", certificate, TLS.authority),
            keyVolume("read", reader, ...Object.values(CLOUD)),
            keyVolume("cloud", copy.credentials, ...Object.values(CLOUD)),
        ],
    });
}
