/** Which pods stay when there is no room for all: those with the data first, then those that serve it. */
export const PRIORITY = {
    registry: { name: "embassy-registry", value: 1_000_000, description: "The databases of the registries" },
    service: { name: "embassy-service", value: 100_000, description: "What serves the registries to others" },
} as const;
