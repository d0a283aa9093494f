/** The keys that a restore needs, out of the state of the stack that holds the root. No site has to run for that. */
import { type RegistryKeys, registryKeys } from "../../infra/plan/keys";
import { HANDOVERS_OUTPUT } from "../../infra/plan/handover";
import { runPulumi } from "../../toolchain/cli/run";
import { stateFile } from "../../toolchain/cli/states";
import type { Toolchain } from "../../toolchain/cli/environment";
import { LabError } from "../errors";

/** What the holder's stack has for `site`. @throws LabError where it has nothing */
export async function keysFor(
    site: string,
    holder: string,
    toolchain: Toolchain,
): Promise<(registry: string) => RegistryKeys> {
    const args = ["stack", "output", HANDOVERS_OUTPUT, "--show-secrets", "--json", "--stack", holder];
    const { code, output } = await runPulumi(args, { toolchain, capture: true });
    if (code !== 0) {
        throw new LabError(
            `The keys cannot be had from the stack ${holder}. They are in its state (${stateFile(holder)}) and open with the ` +
                `passphrase: bring both here, or run npm start where they are.`,
        );
    }
    const handovers = JSON.parse(output) as Record<string, { registries: Record<string, string> } | undefined>;
    const secrets = handovers[site]?.registries;
    if (secrets === undefined) {
        throw new LabError(
            `The stack ${holder} hands nothing to ${site}: add it to data-embassy:keys.sites in Pulumi.${holder}.yaml, and ` +
                `run npm run pulumi -- up -s ${holder}`,
        );
    }
    return (registry) => {
        const secret = secrets[registry];
        if (secret === undefined) {
            throw new LabError(`The stack ${holder} has no key of ${registry}: run npm run pulumi -- up -s ${holder}`);
        }
        return registryKeys(registry, secret);
    };
}
