import * as pulumi from "@pulumi/pulumi";
import { Tenancy } from "../cluster/tenancy";
import { Credentials } from "../keys/credentials";
import type { Issuer } from "../keys/intermediate";
import { ServerCertificate } from "../keys/server-certificate";
import { defaultDeny } from "../networking/default-deny";
import type { Validity } from "../plan/authority";
import type { RegistryPlan } from "../plan/registries";
import { Database } from "./database";

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
        const { labels } = registry;
        const { namespace, serviceAccount } = new Tenancy(name, args, { parent: this });

        const wall = defaultDeny(`${name}-default-deny`, { namespace, labels }, { parent: this });
        const credentials = new Credentials(`${name}-credentials`, { namespace, labels }, { parent: this });
        const certificate = new ServerCertificate(
            `${name}-tls`,
            { issuer: args.issuer, validity: args.validity, dnsNames: registry.dnsNames, namespace, labels },
            { parent: this },
        );
        new Database(
            `${name}-database`,
            {
                registry,
                namespace,
                serviceAccount,
                credentials: credentials.secretName,
                certificate: certificate.secretName,
            },
            // Walls before anything moves in.
            { parent: this, dependsOn: wall },
        );
        this.registerOutputs();
    }
}
