/** The data of every registry, by name. */
import { population } from "./population/generate";
import type { Registry } from "./registries";
import type { RegistryData } from "./registry-data";

export const CATALOGUE: Readonly<Record<Registry, RegistryData>> = { population };
