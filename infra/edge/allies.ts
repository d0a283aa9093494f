import * as pulumi from "@pulumi/pulumi";
import { keyPin } from "../conventions/key-pin";
import { leafKey, signed } from "../keys/certificate";
import type { Validity } from "../keys/plan-authority";
import type { IssuedCertificate } from "./plan";
import type { Issuer } from "../keys/cross-stack-secrets";

export interface AlliesArgs {
    readonly certificates: readonly IssuedCertificate[];
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
}

/** What an ally is handed. PEM throughout; `key` is secret. */
export interface Handed {
    readonly key: string;
    readonly certificate: string;
    /** The authority that it trusts at the other end. */
    readonly authority: string;
}

export interface Allies {
    /** By name of the certificate, `FI-1`; secret. */
    readonly handed: pulumi.Output<Record<string, Handed>>;
    /** What was handed over and is revoked, by name; secret. Somebody can use it to see that it is refused. */
    readonly revoked: pulumi.Output<Record<string, Handed>>;
    /** Name of the certificate → pin of the key that is admitted. */
    readonly admitted: pulumi.Output<Record<string, string>>;
}

/**
 * The allies' certificates. A revoked certificate is neither admitted nor renewed. It stays as it is, and its key is held as all keys are,
 * so that revoking is one word in the stack file and one `up`.
 */
export function allies(name: string, args: AlliesArgs, opts: pulumi.CustomResourceOptions): Allies {
    const { certificates, issuer, validity } = args;
    const all = certificates.map(({ name: ally, revoked }) => {
        const resource = `${name}-${ally.toLowerCase()}`;
        const key = leafKey(resource, opts);
        const leaf = {
            issuer,
            validity: revoked ? { ...validity, renewalHours: 0 } : validity,
            commonName: ally,
            dnsNames: [],
        };
        const certificate = signed(resource, { ...leaf, key }, opts);
        const handed = pulumi.output({ key: key.privateKeyPem, certificate, authority: issuer.rootPem });
        return { ally, revoked, key, handed };
    });
    const valid = all.filter(({ revoked }) => !revoked);
    return {
        handed: handedTo(valid),
        revoked: handedTo(all.filter(({ revoked }) => revoked)),
        admitted: pulumi.all(byName(valid, ({ key }) => key.publicKeyPem.apply(pinOf))),
    };
}

function handedTo(
    all: readonly { readonly ally: string; readonly handed: pulumi.Output<Handed> }[],
): pulumi.Output<Record<string, Handed>> {
    return pulumi.secret(pulumi.all(byName(all, ({ handed }) => handed)));
}

/** The pin by which the edge recognizes the certificate's owner. */
export function pinOf(publicKeyPem: string): string {
    return keyPin(Buffer.from(publicKeyPem.replace(/-----.*-----/g, ""), "base64"));
}

function byName<T extends { readonly ally: string }, U>(all: readonly T[], of: (one: T) => U): Record<string, U> {
    return Object.fromEntries(all.map((one) => [one.ally, of(one)]));
}
