import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { PROTECTED } from "../kubernetes/deletion-protection";

/** Letters and digits; 43 of them hold 256 bits. */
const LENGTH = 43;

/**
 * A secret that is made once; nobody has to remember it, and nothing has to escape it.
 *
 * It uses RandomPassword and nothing else of that package: the others have their value as their id, which a state keeps in the clear
 * (https://github.com/pulumi/pulumi-random/issues/190).
 */
export function generatedSecret(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
    return new RandomPassword(name, { length: LENGTH, special: false }, { ...opts, ...PROTECTED }).result;
}
