/** What is known of registries by their names. Pure. */
import { REGISTRIES } from "./registry-names";

/** Those of which the commands know: Pulumi.yaml declares them, and data/ has rows of them. */
export { REGISTRIES };
export type RegistryName = (typeof REGISTRIES)[number];

/** The registry that the edge's public page shows. */
export const GAZETTE_READS = "legislation";
/** What the law has published anyway: https://www.riigiteataja.ee. Copies of it, and of nothing else, may lie under another's jurisdiction. */
export const PUBLIC_REGISTRIES: readonly string[] = [GAZETTE_READS];

/** The function by which the edge asks a registry its question: data/registry-data.ts makes it. @param schema the registry's name in Postgres */
export function answerFunction(schema: string): string {
    return `${schema}.answer`;
}
