import * as pulumi from "@pulumi/pulumi";
import { tenancy } from "../cluster/tenancy";
import { credentials } from "../keys/credentials";
import type { Issuer } from "../keys/intermediate";
import { serverCertificate } from "../keys/server-certificate";
import { defaultDeny } from "../networking/default-deny";
import type { Validity } from "../plan/authority";
import { DATABASE, type RegistryPlan } from "../plan/registries";
import { database } from "./database";

export interface RegistryArgs {
    readonly registry: RegistryPlan;
    readonly podSecurityVersion: string;
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
}

/** One of the state's registries: its room, its walls, its keys, and the database in it. */
export class Registry extends pulumi.ComponentResource {
    constructor(name: string, args: RegistryArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:registries:Registry", name, {}, opts);
        const { registry } = args;
        const { labels, cpu, memory } = registry;
        const inRegistry = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            { ...registry, account: DATABASE, limits: { cpu, memory } },
            args.podSecurityVersion,
            inRegistry,
        );
        const placed = { namespace, labels };
        const wall = defaultDeny(`${name}-default-deny`, placed, inRegistry);
        database(
            `${name}-database`,
            {
                registry,
                namespace,
                serviceAccount,
                credentials: credentials(`${name}-credentials`, placed, inRegistry),
                certificate: serverCertificate(
                    `${name}-tls`,
                    { ...placed, issuer: args.issuer, validity: args.validity, dnsNames: registry.dnsNames },
                    inRegistry,
                ),
            },
            // Walls before anything moves in.
            { ...inRegistry, dependsOn: wall },
        );
        this.registerOutputs();
    }
}
