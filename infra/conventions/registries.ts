/** The seven datasets of the state. None is optional: an embassy without one of them is not the embassy. */
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
