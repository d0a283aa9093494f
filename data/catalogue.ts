/** The data of every registry, by name: who refers to others comes before whom it refers to. */
import { businesses } from "./businesses/generate";
import { identityDocuments } from "./identity-documents/generate";
import { land } from "./land/generate";
import { legislation } from "./legislation/generate";
import { pensions } from "./pensions/generate";
import { population } from "./population/generate";
import type { Registry } from "./registries";
import type { RegistryData } from "./registry-data";
import { taxes } from "./taxes/generate";

export const CATALOGUE: Readonly<Record<Registry, RegistryData>> = {
    taxes,
    pensions,
    land,
    "identity-documents": identityDocuments,
    businesses,
    legislation,
    population,
};
