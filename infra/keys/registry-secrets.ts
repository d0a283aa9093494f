import type * as pulumi from "@pulumi/pulumi";
import { generatedSecret } from "./generated";

/** The secret of each registry, from which its keys are derived (infra/plan/keys.ts). */
export function registrySecrets(
    registries: readonly string[],
    opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(registries.map((registry) => [registry, generatedSecret(`${registry}-secret`, opts)]));
}
