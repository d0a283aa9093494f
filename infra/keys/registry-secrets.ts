import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { HELD } from "../cluster/held";

/** Letters and digits, of which 43 hold 256 bits. */
const LENGTH = 43;

/**
 * The secret of each registry, from which its keys are derived (infra/plan/keys.ts).
 *
 * RandomPassword and nothing else of its package: the value of the others is their id, which a state keeps in the clear
 * (https://github.com/pulumi/pulumi-random/issues/190).
 */
export function registrySecrets(
    registries: readonly string[],
    opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
    const secret = (registry: string): pulumi.Output<string> =>
        new RandomPassword(`${registry}-secret`, { length: LENGTH, special: false }, { ...opts, ...HELD }).result;
    return Object.fromEntries(registries.map((registry) => [registry, secret(registry)]));
}
