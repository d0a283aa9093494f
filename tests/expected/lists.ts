/** The first half of `npm run expected:update`. It writes the lists of registries, which everything that is rendered afterwards uses. */
import { writeFileSync } from "node:fs";
import { CATALOGUE_FILE, NAMES_FILE, catalogueSource, namesSource } from "../support/registry-lists";

writeFileSync(NAMES_FILE, namesSource());
writeFileSync(CATALOGUE_FILE, catalogueSource());
process.stdout.write("infra/conventions/registry-names.ts\ndata/catalogue.ts\n");
