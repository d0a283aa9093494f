/** Cross-stack secrets: what the stack that holds the root outputs for the stack of each other site. */

/** What signs a site's certificates, and the root that its clients trust. PEM throughout; `keyPem` is secret. */
export interface Issuer {
    readonly keyPem: string;
    readonly certPem: string;
    readonly rootPem: string;
}

/** What one site is given; secret. */
export interface CrossStackSecrets {
    readonly issuer: Issuer;
    /** Registry → the secret from which its keys are derived: every site can read every registry's backups. */
    readonly registries: Readonly<Record<string, string>>;
}

/** Name of the stack output with the {@link CrossStackSecrets} of each site. */
export const CROSS_STACK_OUTPUT = "crossStackSecrets";

/** Its name in states that an earlier release wrote. They are read too, because such a state may be all that is left of a site. */
const FORMER_OUTPUT = "handovers";

/** @returns by site, out of a stack's outputs; undefined where that stack has none for others */
export function crossStackSecretsIn(
    outputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, CrossStackSecrets | undefined>> | undefined {
    return (outputs[CROSS_STACK_OUTPUT] ?? outputs[FORMER_OUTPUT]) as
        Readonly<Record<string, CrossStackSecrets | undefined>> | undefined;
}
