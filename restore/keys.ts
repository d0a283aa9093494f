/** Gets the keys that a restore needs, from the state of the stack that holds the root, or from custody. No site has to run for that. */
import { createPrivateKey, randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import { parseFile } from "../custody/format";
import { REGISTRIES } from "../infra/conventions/registries";
import { type RegistryKeys, registryKeys } from "../infra/keys/registry-keys";
import { type CrossStackSecrets, type Issuer, crossStackSecretsIn } from "../infra/keys/cross-stack-secrets";
import { stackOutputs } from "../toolchain/cli/outputs";
import { stateFile } from "../toolchain/cli/states";
import type { Toolchain } from "../toolchain/cli/environment";
import { LabError } from "../lab/errors";
import { issueAuthority, pemBlock } from "../credentials/certificates";

export interface Keys {
    readonly issuer: Issuer;
    /** Where the keys are from, and what may be wrong with a key that opens nothing; it follows the words "the key". */
    readonly origin: string;
    /** @throws LabError for a registry without a key */
    readonly of: (registry: string, generation?: number) => RegistryKeys;
    /** Secrets for the program, where there is no state of the root's stack from which it could read them. */
    readonly handed: CrossStackSecrets | undefined;
}

/** What the holder's stack has for `site`. @throws LabError where it has nothing */
export async function keysFor(site: string, holder: string, toolchain: Toolchain): Promise<Keys> {
    const ofSites = crossStackSecretsIn((await stackOutputs(holder, toolchain)) ?? {});
    if (ofSites === undefined) {
        throw new LabError(
            `The keys cannot be had from the stack ${holder}. They are in its state (${stateFile(holder)}) and open with the ` +
                `passphrase: bring both here, or run npm start where they are.`,
        );
    }
    const secrets = ofSites[site];
    if (secrets === undefined) {
        throw new LabError(
            `The stack ${holder} hands nothing to ${site}: add it to data-embassy:sites in Pulumi.yaml, and ` +
                `run npm run pulumi -- up -s ${holder}`,
        );
    }
    return {
        handed: undefined,
        issuer: secrets.issuer,
        origin: `that the stack ${holder} hands out: either it is the stack of another home (EMBASSY_HOME)`,
        of(registry, generation) {
            const secret = secrets.registries[registry];
            if (secret === undefined) {
                throw new LabError(
                    `The stack ${holder} has no key of ${registry}: run npm run pulumi -- up -s ${holder}`,
                );
            }
            return registryKeys(registry, secret, generation);
        },
    };
}

/**
 * The keys that custodians have recovered (`npm run keys -- recover`).
 *
 * A restore environment trusts nobody but itself, so its authority is made with it: backups open with the secrets of their registries, and the
 * root is not needed. Registries that were not recovered get keys that open nothing.
 *
 * @param days for which the environment's authority is valid
 * @throws LabError, or UserError where the file is of another kind
 */
export async function recoveredKeys(file: string, site: string, days: number): Promise<Keys> {
    const text = await fs.readFile(file, "utf8").catch((error: unknown) => {
        throw new LabError(`The keys in ${file} cannot be read: ${(error as Error).message}`);
    });
    const { secrets } = parseFile("recovered keys", text, file);
    const authority = await issueAuthority({ commonName: `Data Embassy ${site}`, organization: "Data Embassy" }, days);
    const certPem = `${pemBlock(authority, "CERTIFICATE")}\n`;
    const keyPem = createPrivateKey(authority).export({ type: "sec1", format: "pem" }).toString();
    const issuer = { keyPem, certPem, rootPem: certPem };
    const registries = REGISTRIES.map((name) => [name, secrets[name] ?? randomBytes(32).toString("base64url")]);
    return {
        issuer,
        origin: `in ${file}: either it is not this registry's, or of another embassy (recover it again: npm run keys -- recover)`,
        handed: { issuer, registries: Object.fromEntries(registries) as CrossStackSecrets["registries"] },
        of(registry, generation) {
            const secret = secrets[registry as keyof typeof secrets];
            if (secret === undefined) {
                const found = Object.keys(secrets).join(", ");
                throw new LabError(
                    `${file} has no key of ${registry}, only of ${found}: recover it too (npm run keys -- recover), or restore ` +
                        "others with --registry",
                );
            }
            return registryKeys(registry, secret, generation);
        },
    };
}
