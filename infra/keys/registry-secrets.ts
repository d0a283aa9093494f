import * as pulumi from "@pulumi/pulumi";

/** @throws pulumi.RunError where there is none: keys that follow from nothing would be known to everybody */
export function secretOf(registry: string, secrets: Readonly<Record<string, string>>): string {
    const secret = secrets[registry];
    if (secret === undefined || secret === "") {
        throw new pulumi.RunError(
            `the stack that holds the root has a secret for ${Object.keys(secrets).join(", ") || "no registry"}, and not for ` +
                `${registry}: run "pulumi up" on it first`,
        );
    }
    return secret;
}
