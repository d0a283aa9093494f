/** What is known of registries by their names. Pure. */
import { REGISTRIES } from "./registry-names";

/** The registries that the commands know: Pulumi.yaml declares them, and data/ has their rows. */
export { REGISTRIES };
export type RegistryName = (typeof REGISTRIES)[number];

/** The registry that the edge's public page shows. */
export const GAZETTE_READS = "legislation";
/** Registries that the law publishes anyway: https://www.riigiteataja.ee. Copies of these, and of no others, may lie under another jurisdiction. */
export const PUBLIC_REGISTRIES: readonly string[] = [GAZETTE_READS];

/** The function by which the edge asks a registry its question: data/registry-data.ts makes it. @param schema the registry's name in Postgres */
export function answerFunction(schema: string): string {
    return `${schema}.answer`;
}
