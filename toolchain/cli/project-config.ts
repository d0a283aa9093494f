/**
 * A project's configuration for all stacks (`config` in Pulumi.yaml). A stack file's own keys win over it, one by one, as in the engine.
 * https://www.pulumi.com/docs/iac/concepts/config/#project-level-configuration
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, Pair, type YAMLMap, isMap, isScalar, parseDocument } from "yaml";
import { repoRoot } from "../../command-line/paths";

export const PROJECT_FILE = "Pulumi.yaml";

/** Text of a tree's project file; empty for a tree without one, which declares nothing. */
export function projectText(root = repoRoot): string {
    const file = join(root, PROJECT_FILE);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Key with its namespace → the pair in the project's file whose value stacks get. */
export function projectPairs(project: Document): Map<string, Pair> {
    const config = project.get("config");
    const name = String(project.get("name"));
    return new Map(
        (isMap(config) ? config.items : []).flatMap((pair): [string, Pair][] => {
            const own = String(isScalar(pair.key) ? pair.key.value : pair.key);
            const key = own.includes(":") ? own : `${name}:${own}`;
            // A scalar or a list is short for a declaration with that default.
            const declared = isMap(pair.value) ? pairOf(pair.value, "default", "value") : pair;
            return declared === undefined ? [] : [[key, declared]];
        }),
    );
}

function pairOf(map: YAMLMap, ...names: readonly string[]): Pair | undefined {
    return map.items.find(({ key }) => names.includes(String(isScalar(key) ? key.value : key)));
}

/** A complete stack file, which includes everything that the project declares for it. */
export function wholeStackDocument(text: string, project = projectText()): Document {
    const document = parseDocument(text);
    for (const [key, pair] of projectPairs(parseDocument(project))) {
        if (!document.hasIn(["config", key])) {
            const config: unknown = document.get("config");
            if (isMap(config)) {
                config.items.push(new Pair(document.createNode(key), pair.value));
            } else {
                document.set("config", document.createNode({}));
                document.setIn(["config", key], pair.value);
            }
        }
    }
    return document;
}

/** The configuration of a stack, as the engine hands it to the program. @param text content of its file */
export function wholeConfig(text: string, project = projectText()): Record<string, unknown> {
    const { config } = (wholeStackDocument(text, project).toJS() ?? {}) as { config?: Record<string, unknown> };
    return config ?? {};
}
