import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import * as pulumi from "@pulumi/pulumi";
import { deployment } from "../../kubernetes/deployment";
import { NOT_AWAITED, metadata } from "../../kubernetes/metadata";
import { PRIORITY } from "../../kubernetes/priority";
import { clusterRole } from "../../kubernetes/role";
import { tenancy } from "../../kubernetes/tenancy";
import { NOBODY } from "../../conventions/users";
import { apiToken, guaranteed, hardenedContainer, hardenedPod } from "../../kubernetes/workload";
import type { NetworkPlan } from "../addresses";
import { DNS, DNS_FOLDER, DNS_PORT, DNS_SELECTOR, type DnsPlan, HEALTH_PORT, READY_PORT } from "./plan";
import { EMBASSY } from "../../kubernetes/network-policy";
import { apiServer, LOOKUPS } from "../egress";
import { networkPolicies } from "../../kubernetes/network-policies";

export interface DnsServerArgs {
    readonly dns: DnsPlan;
    readonly network: NetworkPlan;
    readonly podSecurityVersion: string;
}

/** Name of the ClusterRole and its binding, which belong to no namespace. */
const ROLE = "embassy-dns";
/** Annotation that tells the pods of a new configuration. They are replaced one after the other, and only if the new ones answer. */
const DIGEST = "data-embassy/configuration";
/** Seconds, more than the DNS server goes on answering after it was told to end. */
const SHUTDOWN_SECONDS = 15;

/** The site's DNS server: names of Services, and of what the sites serve each other. */
export class DnsServer extends pulumi.ComponentResource {
    constructor(name: string, args: DnsServerArgs, opts: pulumi.ComponentResourceOptions) {
        // A state that an earlier release wrote has this component, and everything in it, under its former type.
        const aliases = [{ type: "data-embassy:networking:NameServer" }];
        super("data-embassy:networking:DnsServer", name, {}, { ...opts, aliases });
        const { dns, network, podSecurityVersion } = args;
        const { labels, quota } = dns;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            name,
            { namespace: DNS, labels, account: DNS, quota, podSecurityVersion },
            parent,
        );
        const placed = { namespace, labels };
        const flows = {
            selector: DNS_SELECTOR,
            ingress: [{ from: [EMBASSY] as const, ports: LOOKUPS.ports }],
            egress: [apiServer(network)],
        };
        const policies = networkPolicies(name, { ...placed, workload: DNS, ...flows }, parent);
        clusterRole(name, { ...placed, called: ROLE, rules: RULES, serviceAccount }, parent);
        const configuration = new ConfigMap(
            `${name}-configuration`,
            { metadata: metadata(DNS, labels, namespace), data: dns.files },
            parent,
        );
        new Service(
            `${name}-service`,
            {
                metadata: metadata(DNS, labels, namespace, NOT_AWAITED),
                spec: {
                    clusterIP: dns.address,
                    selector: DNS_SELECTOR,
                    ports: [
                        { name: "dns", port: 53, targetPort: DNS_PORT, protocol: "UDP" },
                        { name: "dns-tcp", port: 53, targetPort: DNS_PORT, protocol: "TCP" },
                    ],
                },
            },
            parent,
        );
        deployment(
            name,
            {
                ...placed,
                workload: DNS,
                part: "server",
                selector: DNS_SELECTOR,
                replicas: dns.replicas,
                spread: dns.spread,
                annotations: { [DIGEST]: digest(dns.files) },
                pod: podSpec(dns, serviceAccount, configuration.metadata.name),
                networkPolicies: policies,
            },
            parent,
        );
        this.registerOutputs();
    }
}

/** What the DNS server reads to answer: https://coredns.io/plugins/kubernetes/ */
const RULES = [
    { apiGroups: [""], resources: ["namespaces", "services"], verbs: ["list", "watch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

function podSpec(
    { image, cpu, memory }: DnsPlan,
    serviceAccountName: pulumi.Input<string>,
    configuration: pulumi.Input<string>,
): ReturnType<typeof hardenedPod> {
    const server = hardenedContainer({
        name: DNS,
        image,
        args: ["-conf", `${DNS_FOLDER}/Corefile`],
        ports: [
            { name: "dns", containerPort: DNS_PORT, protocol: "UDP" },
            { name: "dns-tcp", containerPort: DNS_PORT, protocol: "TCP" },
        ],
        resources: guaranteed(cpu, memory),
        livenessProbe: { httpGet: { path: "/health", port: HEALTH_PORT }, periodSeconds: 10, failureThreshold: 6 },
        readinessProbe: { httpGet: { path: "/ready", port: READY_PORT }, periodSeconds: 2 },
        volumeMounts: [{ name: "configuration", mountPath: DNS_FOLDER, readOnly: true }, apiToken.mount],
    });
    return hardenedPod(NOBODY, {
        serviceAccountName,
        priorityClassName: PRIORITY.service.name,
        // It uses the machine's DNS servers, not itself.
        dnsPolicy: "Default",
        terminationGracePeriodSeconds: SHUTDOWN_SECONDS,
        containers: [server],
        // It has the token because it reads Services and endpoints.
        volumes: [{ name: "configuration", configMap: { name: configuration } }, apiToken.volume],
    });
}

function digest(files: Readonly<Record<string, string>>): string {
    return createHash("sha256").update(JSON.stringify(files)).digest("hex");
}
