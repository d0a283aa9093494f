/** Who stays when there is no room for all: the data first, then what serves it. */
export const PRIORITY = {
    registry: { name: "embassy-registry", value: 1_000_000, description: "The databases of the registries" },
    service: { name: "embassy-service", value: 100_000, description: "What serves the registries to others" },
} as const;
