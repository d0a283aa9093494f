/** A Pulumi engine that creates nothing. */
import type * as pulumi from "@pulumi/pulumi";
import { CROSS_STACK_OUTPUT } from "../../infra/keys/cross-stack-secrets";
import { secret } from "./secrets";

type Inputs = Record<string, unknown>;

/** What a stack with the root hands over to other stacks. */
export interface Handed {
    readonly sites: readonly string[];
    readonly registries: readonly string[];
}

function crossStackSecrets(site: string, registries: readonly string[]): unknown {
    return {
        issuer: { keyPem: `key of ${site}`, certPem: `cert of ${site}`, rootPem: "root" },
        registries: Object.fromEntries(registries.map((name) => [name, `secret of ${name}`])),
    };
}

/** What each type adds to its inputs, by type token. */
export function outputsOf({
    sites,
    registries,
}: Handed): Readonly<Record<string, (inputs: Inputs, name: string) => Inputs>> {
    return {
        "random:index/randomPassword:RandomPassword": (_, name) => ({ result: secret(`password ${name}`) }),
        "tls:index/privateKey:PrivateKey": (_, name) => ({
            privateKeyPem: secret(`key ${name}\n`),
            publicKeyPem: `public ${name}\n`,
        }),
        "tls:index/certRequest:CertRequest": (_, name) => ({ certRequestPem: `request ${name}\n` }),
        "tls:index/selfSignedCert:SelfSignedCert": (_, name) => ({ certPem: `certificate ${name}\n` }),
        "tls:index/locallySignedCert:LocallySignedCert": (_, name) => ({ certPem: `certificate ${name}\n` }),
        "pulumi:providers:kubernetes": () => ({}),
        "pulumi:pulumi:StackReference": () => {
            const ofSites = secret(
                Object.fromEntries(sites.map((site) => [site, crossStackSecrets(site, registries)])),
            );
            // The program of the base commit may ask for the output under its former name.
            const outputs = { [CROSS_STACK_OUTPUT]: ofSites, handovers: ofSites };
            return { outputs, secretOutputNames: Object.keys(outputs) };
        },
    };
}

/**
 * Every declared resource exists at once: its outputs are its inputs, and what {@link outputsOf} adds to them.
 *
 * @param refuse throws where a type must not be declared, or a function must not be called
 */
export function mocksFor(
    handed: Handed,
    refuse: (what: string, token: string) => void = () => undefined,
): pulumi.runtime.Mocks {
    const outputs = outputsOf(handed);
    return {
        newResource({ type, name, inputs, custom }) {
            if (custom === false) {
                return { id: undefined, state: inputs as Inputs };
            }
            const added = outputs[type];
            if (added === undefined) {
                refuse(name, type);
            }
            return { id: `${name}-id`, state: { ...(inputs as Inputs), ...added?.(inputs as Inputs, name) } };
        },
        call({ token, inputs }) {
            refuse("call", token);
            return inputs as Inputs;
        },
    };
}
