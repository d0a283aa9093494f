import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import type * as pulumi from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random/randomBytes";
import { HELD } from "../cluster/held";
import { metadata } from "../cluster/metadata";

export interface CredentialsArgs {
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/** Database roles that have a password. */
const ROLES = ["superuser", "replication"] as const;
/** 192 bits, written as hexadecimal digits: nothing that a connection string would have to escape. */
const LENGTH = 24;

/**
 * A registry's generated passwords, one per database role, in one Secret.
 *
 * @returns the Secret's name; it has a key per role
 */
export function credentials(
    name: string,
    args: CredentialsArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const passwords = ROLES.map((role) => [
        role,
        // Bytes rather than RandomPassword, which keeps a bcrypt hash of the password beside it in the state.
        new RandomBytes(`${name}-${role}`, { length: LENGTH }, { ...opts, ...HELD }).hex,
    ]);
    const secret = new Secret(
        `${name}-secret`,
        {
            metadata: metadata("database-credentials", args.labels, args.namespace),
            stringData: Object.fromEntries(passwords) as Record<string, pulumi.Output<string>>,
        },
        { ...opts, ...HELD },
    );
    return secret.metadata.name;
}
