/** What the stack that holds the root hands to each site. */

/** What signs a site's certificates, and the root that its clients trust. PEM throughout; `keyPem` is secret. */
export interface Issuer {
    readonly keyPem: string;
    readonly certPem: string;
    readonly rootPem: string;
}

/** Secret. */
export interface Handover {
    readonly issuer: Issuer;
    /** Registry → the secret from which its keys are derived: every site can read every registry's stored versions. */
    readonly registries: Readonly<Record<string, string>>;
}

/** Name of the stack output with the {@link Handover} of each site. */
export const HANDOVERS_OUTPUT = "handovers";
