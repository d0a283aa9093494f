/** The keys that a restore needs, out of the state of the stack that holds the root. No site has to run for that. */
import { type RegistryKeys, registryKeys } from "../../infra/plan/keys";
import { HANDOVERS_OUTPUT, type Handover, type Issuer } from "../../infra/plan/handover";
import { runPulumi } from "../../toolchain/cli/run";
import { stateFile } from "../../toolchain/cli/states";
import type { Toolchain } from "../../toolchain/cli/environment";
import { LabError } from "../errors";

export interface Keys {
    readonly issuer: Issuer;
    /** @throws LabError for a registry without a key */
    readonly of: (registry: string) => RegistryKeys;
}

/** What the holder's stack has for `site`. @throws LabError where it has nothing */
export async function keysFor(site: string, holder: string, toolchain: Toolchain): Promise<Keys> {
    const args = ["stack", "output", HANDOVERS_OUTPUT, "--show-secrets", "--json", "--stack", holder];
    const { code, output } = await runPulumi(args, { toolchain, capture: true });
    if (code !== 0) {
        throw new LabError(
            `The keys cannot be had from the stack ${holder}. They are in its state (${stateFile(holder)}) and open with the ` +
                `passphrase: bring both here, or run npm start where they are.`,
        );
    }
    const handover = (JSON.parse(output) as Record<string, Handover | undefined>)[site];
    if (handover === undefined) {
        throw new LabError(
            `The stack ${holder} hands nothing to ${site}: add it to data-embassy:keys.sites in Pulumi.${holder}.yaml, and ` +
                `run npm run pulumi -- up -s ${holder}`,
        );
    }
    return {
        issuer: handover.issuer,
        of(registry) {
            const secret = handover.registries[registry];
            if (secret === undefined) {
                throw new LabError(
                    `The stack ${holder} has no key of ${registry}: run npm run pulumi -- up -s ${holder}`,
                );
            }
            return registryKeys(registry, secret);
        },
    };
}
