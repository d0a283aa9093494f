/** The registries of which the commands know: those that data/ has rows of, and Pulumi.yaml declares. */
export const REGISTRIES = [
    "taxes",
    "land",
    "businesses",
    "identity-documents",
    "pensions",
    "legislation",
    "population",
] as const;

export type RegistryName = (typeof REGISTRIES)[number];
