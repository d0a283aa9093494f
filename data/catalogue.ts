/** The data of every registry, by name. `npm run expected:update` writes this file from `data-embassy:registries` in Pulumi.yaml. */
import { businesses } from "./businesses/generate";
import { identityDocuments } from "./identity-documents/generate";
import { land } from "./land/generate";
import { legislation } from "./legislation/generate";
import { pensions } from "./pensions/generate";
import { population } from "./population/generate";
import { taxes } from "./taxes/generate";
import type { Registry } from "./registries";
import type { RegistryData } from "./registry-data";

export const CATALOGUE: Readonly<Record<Registry, RegistryData>> = {
    taxes,
    land,
    businesses,
    "identity-documents": identityDocuments,
    pensions,
    legislation,
    population,
};
