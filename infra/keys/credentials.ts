import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { HELD } from "../cluster/held";
import { metadata } from "../cluster/metadata";

export interface CredentialsArgs {
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/** Database roles that have a password. */
const ROLES = ["superuser", "replication"] as const;
/** 62 letters and digits, 32 of them: 190 bits, and nothing that a connection string would have to escape. */
const LENGTH = 32;

/** A registry's generated passwords, one per database role, in one Secret. */
export class Credentials extends pulumi.ComponentResource {
    /** Name of the Secret; a key per role. */
    readonly secretName: pulumi.Output<string>;

    constructor(name: string, args: CredentialsArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:keys:Credentials", name, {}, opts);
        const passwords = ROLES.map((role) => [
            role,
            new RandomPassword(`${name}-${role}`, { length: LENGTH, special: false }, { parent: this, ...HELD }).result,
        ]);
        const secret = new Secret(
            `${name}-secret`,
            {
                metadata: metadata("database-credentials", args.labels, args.namespace),
                stringData: Object.fromEntries(passwords) as Record<string, pulumi.Output<string>>,
            },
            { parent: this, ...HELD },
        );
        this.secretName = secret.metadata.name;
        this.registerOutputs({ secretName: this.secretName });
    }
}
