/** Generates, from Pulumi.yaml, the files that list every registry for types and imports. */
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { wholeConfig } from "../../toolchain/cli/project-config";

export const NAMES_FILE = join(repoRoot, "infra", "conventions", "registry-names.ts");
export const CATALOGUE_FILE = join(repoRoot, "data", "catalogue.ts");

const GENERATED = "`npm run expected:update` writes this file from `data-embassy:registries` in Pulumi.yaml.";

/** The registries in the order in which Pulumi.yaml declares them. */
function declared(): string[] {
    return Object.keys(wholeConfig("")["data-embassy:registries"] as object);
}

/** What a registry's folder exports: `identityDocuments` of `data/identity-documents`. */
function exportOf(registry: string): string {
    return registry.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Formats an array as prettier does: in one line if it fits. */
function array(names: readonly string[], width = 120): string {
    const quoted = names.map((name) => JSON.stringify(name));
    const line = `export const REGISTRIES = [${quoted.join(", ")}] as const;`;
    return line.length <= width
        ? line
        : `export const REGISTRIES = [\n${quoted.map((name) => `    ${name},\n`).join("")}] as const;`;
}

export function namesSource(): string {
    return `/** The registries by name. ${GENERATED} */\n${array(declared())}\n`;
}

export function catalogueSource(): string {
    const names = declared();
    const key = (name: string): string => (name.includes("-") ? JSON.stringify(name) : name);
    return [
        `/** The data of every registry, by name. ${GENERATED} */`,
        ...names.toSorted().map((name) => `import { ${exportOf(name)} } from "./${name}/generate";`),
        'import type { Registry } from "./registries";',
        'import type { RegistryData } from "./registry-data";',
        "",
        "export const CATALOGUE: Readonly<Record<Registry, RegistryData>> = {",
        ...names.map((name) => (exportOf(name) === name ? `    ${name},` : `    ${key(name)}: ${exportOf(name)},`)),
        "};",
        "",
    ].join("\n");
}
