/** The rules of a tree's policy pack, and the code of each. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Name of a rule → the file that contains it, relative to the tree, and a digest of the rule's code. */
export type Rules = Readonly<Record<string, { readonly file: string; readonly digest: string }>>;

/** Undefined for a tree without policies, or with others than ours. */
export function rulesOf(root: string): Rules | undefined {
    const folder = join(root, "policy", "rules");
    try {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const { RULES } = require(folder) as { RULES: readonly { readonly name: string }[] };
        const files = Object.values(require.cache).flatMap((module) =>
            module?.filename.startsWith(folder) ? module : [],
        );
        return Object.fromEntries(
            RULES.map((rule) => {
                const file =
                    files.find(({ exports }) => Object.values(exports as object).includes(rule))?.filename ?? folder;
                const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
                return [rule.name, { file: relative(root, file), digest }];
            }),
        );
    } catch {
        return undefined;
    }
}
