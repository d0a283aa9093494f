import * as pulumi from "@pulumi/pulumi";
import { tenancy } from "../kubernetes/tenancy";
import type { CrossStackSecrets } from "../keys/cross-stack-secrets";
import { certificate } from "../keys/certificate";
import { secretOf } from "../keys/registry-secrets";
import { configuration, usesOf } from "./backups/pgbackrest";
import { repositories } from "./backups/repositories";
import { defaultDeny } from "../kubernetes/default-deny";
import type { NetworkPlan } from "../networking/addresses";
import type { Validity } from "../keys/plan-authority";
import { AUTHORITY } from "../keys/plan-cert-manager";
import { BACKUP_SECRET, DATABASE, OWNER_SECRET, backupName, memberName, ownerName } from "./plan-database";
import { registryKeys } from "../keys/registry-keys";
import type { RegistryPlan } from "./plan";
import { database } from "./postgres/database";
import { flows } from "./flows";
import { members } from "./postgres/members";
import { publicCopy } from "./backups/public-copy";
import { backupJobs } from "./backups/backup-jobs";

export interface RegistryArgs {
    readonly registry: RegistryPlan;
    readonly network: NetworkPlan;
    readonly podSecurityVersion: string;
    readonly crossStackSecrets: pulumi.Output<CrossStackSecrets>;
    readonly validity: Validity;
    /** Name of the ClusterRole of databases' members. */
    readonly memberRole: pulumi.Output<string>;
}

/** One of the state's registries: its namespace, network policies, keys, database and backups. */
export class Registry extends pulumi.ComponentResource {
    readonly namespace: pulumi.Output<string>;
    /** Resources that must be there before anything of the registry runs. */
    readonly networkPolicies: readonly pulumi.Resource[];

    constructor(name: string, args: RegistryArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:registries:Registry", name, {}, opts);
        const { registry, crossStackSecrets, validity } = args;
        const { labels, cpu, memory } = registry;
        const inRegistry = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            name,
            {
                ...registry,
                account: DATABASE,
                limits: { cpu, memory },
                podSecurityVersion: args.podSecurityVersion,
            },
            inRegistry,
        );
        this.namespace = namespace;
        const placed = { namespace, labels };
        // The network policies are in force before any pod starts.
        const networkPolicies = [
            defaultDeny(`${name}-default-deny`, placed, inRegistry),
            ...flows(`${name}-flows`, { registry, network: args.network, namespace }, inRegistry),
        ];
        this.networkPolicies = networkPolicies;

        const issuing = { ...placed, authority: AUTHORITY.site, issuer: crossStackSecrets.issuer, validity };
        const secret = crossStackSecrets.registries.apply((secrets) => secretOf(name, secrets));
        const files = Object.fromEntries(
            usesOf(registry.database).map((use) => [
                `${use}.conf`,
                secret.apply((known) => configuration(registry.database, known, use)),
            ]),
        );
        const placing = {
            certificate: certificate(
                `${name}-tls`,
                {
                    ...issuing,
                    secret: "database-tls",
                    commonName: memberName(name),
                    dnsNames: registry.database.dnsNames,
                },
                inRegistry,
            ),
            repositories: repositories(`${name}-repositories`, { ...placed, files }, inRegistry),
        };
        const inPods = { ...placing, registry, namespace, serviceAccount };
        const { files: memberFiles, agreed } = members(
            `${name}-members`,
            { registry, namespace, serviceAccount, role: args.memberRole, before: networkPolicies },
            inRegistry,
        );
        database(
            `${name}-database`,
            { ...inPods, files: memberFiles, before: [...networkPolicies, agreed] },
            inRegistry,
        );
        // These are behind the gate: a site that may not be written to stores nothing either, and members come up meanwhile.
        const behindGate = { ...inRegistry, dependsOn: [...networkPolicies, agreed] };
        // Their own: the Jobs open the server of a member's files and nothing else, and a member is not taken for one of them.
        const ofBackups = certificate(
            `${name}-backup-tls`,
            { ...issuing, secret: BACKUP_SECRET, commonName: backupName(name), dnsNames: [] },
            behindGate,
        );
        backupJobs(`${name}-stored`, { ...inPods, certificate: ofBackups }, behindGate);
        // This certificate is for the registry's own application, and for whoever loads its data.
        certificate(
            `${name}-owner-tls`,
            { ...issuing, secret: OWNER_SECRET, commonName: ownerName(name), dnsNames: [] },
            behindGate,
        );
        if (registry.publicCopy !== undefined) {
            const [newest] = registry.database.generations;
            const storeReader = secret.apply((known) => registryKeys(name, known, newest).read);
            publicCopy(`${name}-public-copy`, { ...inPods, copy: registry.publicCopy, storeReader }, inRegistry);
        }
        this.registerOutputs();
    }
}
