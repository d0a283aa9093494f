import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { metadata } from "../../kubernetes/metadata";
import type { DatabasePlan } from "../plan-database";
import { configuration, usesOf } from "./pgbackrest";

export interface RepositoriesArgs {
    readonly database: DatabasePlan;
    /** The secret from which the registry's keys are derived. */
    readonly secret: pulumi.Output<string>;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/** How pgBackRest reaches the stores of a registry's versions, keys included. @returns the Secret's name */
export function repositories(
    name: string,
    { database, secret, namespace, labels }: RepositoriesArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const files = usesOf(database).map((use) => [
        `${use}.conf`,
        pulumi.secret(secret.apply((known) => configuration(database, known, use))),
    ]);
    const { metadata: created } = new Secret(
        `${name}-secret`,
        {
            metadata: metadata("database-repositories", labels, namespace),
            stringData: Object.fromEntries(files) as Record<string, pulumi.Output<string>>,
        },
        { ...opts, ...PROTECTED },
    );
    return created.name;
}
