import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import type * as pulumi from "@pulumi/pulumi";
import {
    ALERTMANAGER,
    ALERTMANAGER_HOST,
    ALERTMANAGER_PORT,
    ALERTMANAGER_SELECTOR,
    PROMETHEUS_SELECTOR,
} from "../conventions/monitoring";
import { PROGRAM } from "../conventions/programs";
import { AGENT_USER } from "../conventions/users";
import { certificate } from "../keys/certificate";
import type { Issuer } from "../keys/cross-stack-secrets";
import type { Validity } from "../keys/plan-authority";
import { AUTHORITY } from "../keys/plan-cert-manager";
import { deployment } from "../kubernetes/deployment";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import { type Egress, allow, pods, range, tcp } from "../kubernetes/network-policy";
import { PRIORITY } from "../kubernetes/priority";
import { SOON_ELSEWHERE } from "../kubernetes/tolerations";
import { KEY_MODE, guaranteed, hardenedContainer, hardenedPod, listening } from "../kubernetes/workload";
import { ALERTMANAGER_FOLDER as FOLDER } from "./alertmanager-files";
import { configured } from "./configured";
import type { AlertmanagerPlan } from "./plan-alertmanager";

export interface AlertmanagerArgs {
    readonly plan: AlertmanagerPlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    /** What must be there before any pod is. */
    readonly networkPolicies: readonly pulumi.Resource[];
}

const HTTPS = "https";

/** The way from Prometheus to it. */
export const TELLS: Egress = { to: [pods(ALERTMANAGER_SELECTOR)], ports: tcp(ALERTMANAGER_PORT) };

/** Tells receivers outside the sites what both Prometheus say. It reaches their servers and nobody else, and has no identity in the API. */
export function alertmanager(name: string, args: AlertmanagerArgs, opts: pulumi.CustomResourceOptions): void {
    const { plan, namespace, issuer, validity } = args;
    const { labels } = plan;
    const placed = { namespace, labels };
    const workload = { ...placed, workload: ALERTMANAGER, selector: ALERTMANAGER_SELECTOR };
    const own = allow(
        `${name}-allow`,
        {
            ...workload,
            ingress: [{ from: [pods(PROMETHEUS_SELECTOR)], ports: tcp(ALERTMANAGER_PORT) }],
            egress: plan.servers.map(({ address, port }) => ({ to: [range(`${address}/32`)], ports: tcp(port) })),
        },
        opts,
    );
    const tls = certificate(
        `${name}-tls`,
        {
            ...placed,
            authority: AUTHORITY.site,
            issuer,
            validity,
            secret: `${ALERTMANAGER}-tls`,
            commonName: ALERTMANAGER,
            dnsNames: [ALERTMANAGER_HOST],
        },
        opts,
    );
    const { metadata: files } = new ConfigMap(
        `${name}-configuration`,
        { metadata: metadata(ALERTMANAGER, labels, namespace), data: plan.files },
        opts,
    );
    const port = { name: HTTPS, port: ALERTMANAGER_PORT, targetPort: ALERTMANAGER_PORT, protocol: "TCP" };
    new Service(
        `${name}-service`,
        {
            metadata: metadata(ALERTMANAGER, labels, namespace, NOT_AWAITED),
            spec: { selector: ALERTMANAGER_SELECTOR, ports: [port] },
        },
        opts,
    );
    deployment(
        name,
        {
            ...workload,
            part: "server",
            replicas: 1,
            // Of two, each would tell every receiver.
            strategy: { type: "Recreate" },
            annotations: configured(plan.files),
            pod: podSpec(args, tls, files.name),
            networkPolicies: [...args.networkPolicies, own],
        },
        opts,
    );
}

function podSpec(
    { plan, serviceAccount }: AlertmanagerArgs,
    tls: pulumi.Input<string>,
    files: pulumi.Input<string>,
): ReturnType<typeof hardenedPod> {
    const secrets = Object.entries(plan.secrets).map(([receiver, { secret, key }]) => ({
        name: `receiver-${receiver}`,
        mountPath: `${FOLDER.receivers}/${receiver}`,
        secret: { secretName: secret, defaultMode: KEY_MODE, optional: true, items: [{ key, path: key }] },
    }));
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        tolerations: SOON_ELSEWHERE,
        // The site's DNS server knows no names outside, and asks no other server.
        hostAliases: plan.servers.map(({ address, host }) => ({ ip: address, hostnames: [host] })),
        containers: [
            hardenedContainer({
                name: ALERTMANAGER,
                image: plan.image,
                command: [
                    PROGRAM.alertmanager,
                    `--config.file=${FOLDER.files}/alertmanager.yml`,
                    `--web.config.file=${FOLDER.files}/web.yml`,
                    `--web.listen-address=0.0.0.0:${ALERTMANAGER_PORT}`,
                    `--storage.path=${FOLDER.data}`,
                ],
                ports: [{ name: HTTPS, containerPort: ALERTMANAGER_PORT, protocol: "TCP" }],
                resources: guaranteed(plan.cpu, plan.memory),
                ...listening(HTTPS),
                volumeMounts: [
                    { name: "data", mountPath: FOLDER.data },
                    { name: "files", mountPath: FOLDER.files, readOnly: true },
                    { name: "certificate", mountPath: FOLDER.certificate, readOnly: true },
                    ...secrets.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
                ],
            }),
        ],
        volumes: [
            // Who was told what. Where it is lost with a machine, what goes on is told again.
            { name: "data", emptyDir: { sizeLimit: "16Mi" } },
            { name: "files", configMap: { name: files } },
            { name: "certificate", secret: { secretName: tls, defaultMode: KEY_MODE } },
            // One that is not there yet keeps nobody else from being told.
            ...secrets.map(({ name, secret }) => ({ name, secret })),
        ],
    });
}
