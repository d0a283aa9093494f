import * as pulumi from "@pulumi/pulumi";
import { tenancy } from "../kubernetes/tenancy";
import type { Handover } from "../keys/handover";
import { certificate } from "../keys/certificate";
import { secretOf } from "../keys/registry-secrets";
import { repositories } from "./backups/repositories";
import { defaultDeny } from "../kubernetes/default-deny";
import type { NetworkPlan } from "../networking/addresses";
import type { Validity } from "../keys/plan-authority";
import { AUTHORITY } from "../keys/plan-cert-manager";
import { DATABASE, OWNER_SECRET, memberName, ownerName } from "./plan-database";
import { registryKeys } from "../keys/registry-keys";
import type { RegistryPlan } from "./plan";
import { database } from "./postgres/database";
import { flows } from "./flows";
import { members } from "./postgres/members";
import { publicCopy } from "./backups/public-copy";
import { storedVersions } from "./backups/stored-versions";

export interface RegistryArgs {
    readonly registry: RegistryPlan;
    readonly network: NetworkPlan;
    readonly podSecurityVersion: string;
    readonly handover: pulumi.Output<Handover>;
    readonly validity: Validity;
    /** Name of the ClusterRole of databases' members. */
    readonly memberRole: pulumi.Output<string>;
}

/** One of the state's registries: its room, its walls, its keys, the database in it, and the versions stored of it. */
export class Registry extends pulumi.ComponentResource {
    /** There before anything of it runs. */
    readonly walls: readonly pulumi.Resource[];

    constructor(name: string, args: RegistryArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:registries:Registry", name, {}, opts);
        const { registry, handover, validity } = args;
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
        const placed = { namespace, labels };
        // Walls before anything moves in.
        const walls = [
            defaultDeny(`${name}-default-deny`, placed, inRegistry),
            ...flows(`${name}-flows`, { registry, network: args.network, namespace }, inRegistry),
        ];
        this.walls = walls;

        const issuing = { ...placed, authority: AUTHORITY.site, issuer: handover.issuer, validity };
        const secret = handover.registries.apply((secrets) => secretOf(name, secrets));
        const held = {
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
            repositories: repositories(
                `${name}-repositories`,
                { ...placed, database: registry.database, secret },
                inRegistry,
            ),
        };
        const inPods = { ...held, registry, namespace, serviceAccount };
        const { files, agreed } = members(
            `${name}-members`,
            { registry, namespace, serviceAccount, role: args.memberRole, before: walls },
            inRegistry,
        );
        database(`${name}-database`, { ...inPods, files, before: [...walls, agreed] }, inRegistry);
        // Behind the gate: a site that may not be written to stores nothing either, and members come up meanwhile.
        const behindGate = { ...inRegistry, dependsOn: [...walls, agreed] };
        storedVersions(`${name}-stored`, inPods, behindGate);
        // For the registry's own application, and for who loads its data.
        certificate(
            `${name}-owner-tls`,
            { ...issuing, secret: OWNER_SECRET, commonName: ownerName(name), dnsNames: [] },
            behindGate,
        );
        if (registry.publicCopy !== undefined) {
            const [newest] = registry.database.generations;
            const reader = secret.apply((known) => registryKeys(name, known, newest).read);
            publicCopy(`${name}-public-copy`, { ...inPods, copy: registry.publicCopy, reader }, inRegistry);
        }
        this.registerOutputs();
    }
}
