import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { metadata } from "../../kubernetes/metadata";
import { REPOSITORIES_SECRET } from "../plan-database";

export interface RepositoriesArgs {
    /** File → how pgBackRest reaches a store, keys included. */
    readonly files: Readonly<Record<string, pulumi.Output<string>>>;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/** A Secret in which a registry's pods find pgBackRest's configuration. @returns the Secret's name */
export function repositories(
    name: string,
    { files, namespace, labels }: RepositoriesArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const secrets = Object.entries(files).map(([file, content]) => [file, pulumi.secret(content)]);
    const { metadata: created } = new Secret(
        `${name}-secret`,
        {
            metadata: metadata(REPOSITORIES_SECRET, labels, namespace),
            stringData: Object.fromEntries(secrets) as Record<string, pulumi.Output<string>>,
        },
        { ...opts, ...PROTECTED },
    );
    return created.name;
}
