/** The registries by name. `npm run expected:update` writes this file from `data-embassy:registries` in Pulumi.yaml. */
export const REGISTRIES = [
    "taxes",
    "land",
    "businesses",
    "identity-documents",
    "pensions",
    "legislation",
    "population",
] as const;
