import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import * as pulumi from "@pulumi/pulumi";
import {
    MONITORING,
    PROMETHEUS,
    PROMETHEUS_HOST,
    PROMETHEUS_SELECTOR,
    WATCHER,
    WATCHER_HOST,
    WATCHER_SECRET,
} from "../conventions/monitoring";
import { LEASE } from "../conventions/lease";
import { COMMON_LABELS } from "../conventions/names";
import { type CertificateArgs, certificate } from "../keys/certificate";
import type { Issuer } from "../keys/cross-stack-secrets";
import type { AuthorityPlan, Validity } from "../keys/plan-authority";
import { AUTHORITY, CERT_MANAGER_API } from "../keys/plan-cert-manager";
import { budget } from "../kubernetes/budget";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import { type Egress, pods, tcp } from "../kubernetes/network-policy";
import { networkPolicies } from "../kubernetes/network-policies";
import { clusterRole } from "../kubernetes/role";
import { tenancy } from "../kubernetes/tenancy";
import type { NetworkPlan } from "../networking/addresses";
import { LOOKUPS, apiServer } from "../networking/egress";
import { PORTS } from "../registries/plan-database";
import { TELLS, alertmanager } from "./alertmanager";
import { configured } from "./configured";
import type { MonitoringPlan } from "./plan";
import { heartbeats } from "./heartbeats";
import { podSpec } from "./pod";
import { type StatusPageAddress, viewersOf, statusPage } from "./status-page";

export interface MonitoringArgs {
    readonly plan: MonitoringPlan;
    readonly network: NetworkPlan;
    readonly podSecurityVersion: string;
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    /** For the persons who may open the status page. */
    readonly authority: Pick<AuthorityPlan, "intermediate" | "leaf">;
}

/** Name of the ClusterRole and its binding, which belong to no namespace. */
const ROLE = "embassy-exporter";

/** Watches a site from inside, and says what is wrong: docs/decisions/monitoring.md. */
export class Monitoring extends pulumi.ComponentResource {
    readonly namespace: pulumi.Output<string>;
    /** Undefined where nobody may look. */
    readonly statusPage: StatusPageAddress | undefined;

    constructor(name: string, args: MonitoringArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:monitoring:Monitoring", name, {}, opts);
        const { plan, network, issuer, validity } = args;
        const { labels, quota, watched } = plan;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            name,
            { namespace: MONITORING, labels, account: PROMETHEUS, quota, podSecurityVersion: args.podSecurityVersion },
            parent,
        );
        this.namespace = namespace;
        const placed = { namespace, labels };
        const members = watched.map(({ namespace, selector }): Egress => ({
            to: [pods(selector, namespace)],
            ports: tcp(PORTS.patroni),
        }));
        // Nobody in the site is let in: who reads the alerts comes by the pod's own machine.
        const ingress = plan.statusPage === undefined ? [] : [viewersOf(plan.statusPage)];
        const tells = plan.alertmanager === undefined ? [] : [TELLS];
        const flows = { ingress, egress: [LOOKUPS, apiServer(network), ...members, ...tells] };
        const before = networkPolicies(
            name,
            { ...placed, workload: PROMETHEUS, selector: PROMETHEUS_SELECTOR, ...flows },
            parent,
        );
        clusterRole(name, { ...placed, called: ROLE, rules: RULES, serviceAccount }, parent);
        const issued = (called: string, own: Pick<CertificateArgs, "secret" | "commonName" | "dnsNames">) =>
            certificate(called, { ...placed, authority: AUTHORITY.site, issuer, validity, ...own }, parent);
        const served = {
            secret: "prometheus-tls",
            commonName: PROMETHEUS,
            dnsNames: [PROMETHEUS_HOST, ...plan.heartbeats.map(({ host }) => host)],
        };
        const tls = issued(`${name}-tls`, served);
        issued(`${name}-watcher-tls`, { secret: WATCHER_SECRET, commonName: WATCHER, dnsNames: [WATCHER_HOST] });
        const page =
            plan.statusPage &&
            statusPage(
                `${name}-status-page`,
                {
                    ...placed,
                    page: plan.statusPage,
                    image: plan.agentsImage,
                    issuer,
                    validity,
                    authority: args.authority,
                },
                parent,
            );
        this.statusPage = page?.address;
        const { metadata: files } = new ConfigMap(
            `${name}-configuration`,
            { metadata: metadata(PROMETHEUS, labels, namespace), data: plan.files },
            parent,
        );
        heartbeats(name, { ...placed, plan }, parent);
        if (plan.alertmanager !== undefined) {
            const { alertmanager: told } = plan;
            const args = { plan: told, namespace, serviceAccount, issuer, validity, networkPolicies: before };
            alertmanager(`${name}-alertmanager`, args, parent);
        }
        budget(name, { ...placed, workload: PROMETHEUS, selector: PROMETHEUS_SELECTOR }, parent);
        const podLabels = { ...COMMON_LABELS, ...PROMETHEUS_SELECTOR };
        new StatefulSet(
            `${name}-server`,
            {
                // Nothing waits for it: a promotion least of all.
                metadata: metadata(PROMETHEUS, labels, namespace, NOT_AWAITED),
                spec: {
                    serviceName: PROMETHEUS,
                    replicas: plan.replicas,
                    podManagementPolicy: "Parallel",
                    selector: { matchLabels: PROMETHEUS_SELECTOR },
                    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                    template: {
                        metadata: { labels: podLabels, annotations: configured(plan.files) },
                        spec: podSpec({ plan, serviceAccount, certificate: tls, files: files.name, page }),
                    },
                    volumeClaimTemplates: [
                        {
                            metadata: { name: "data", labels: podLabels },
                            spec: {
                                accessModes: ["ReadWriteOnce"],
                                storageClassName: plan.storageClass,
                                resources: { requests: { storage: plan.storage } },
                            },
                        },
                    ],
                },
            },
            { ...parent, ...PROTECTED, dependsOn: before },
        );
        this.registerOutputs();
    }
}

const LISTS = ["list"];
/** What the exporter reads: agents/exporter/objects.ts. */
const RULES = [
    { apiGroups: [""], resources: ["nodes"], verbs: LISTS },
    { apiGroups: [""], resources: ["configmaps"], resourceNames: [LEASE], verbs: LISTS },
    { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: LISTS },
    { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: LISTS },
    { apiGroups: [CERT_MANAGER_API.group], resources: ["certificates"], verbs: LISTS },
];
