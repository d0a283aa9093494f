/** Which registries run is declared in the stack files: `npm start -- --registries …` declares it there, for people who would do it by hand. */
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { REGISTRIES, type Registry } from "../data/registries";
import { stackFile } from "../toolchain/cli/stack-file";
import { writeAtomically } from "../toolchain/build/stamp";

/** @returns the text of a stack file in which these registries run and the others do not; what else it says stays as it is */
export function withRunning(text: string, running: readonly Registry[]): string {
    const document = parseDocument(text);
    for (const registry of REGISTRIES) {
        const place = ["config", "data-embassy:registries", registry];
        if (document.hasIn(place)) {
            document.setIn([...place, "running"], running.includes(registry));
        }
    }
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** @returns the files that it wrote, which are those that said otherwise */
export function declareRunning(sites: readonly string[], running: readonly Registry[]): string[] {
    return sites
        .map((site) => stackFile(site))
        .filter((file) => {
            const before = readFileSync(file, "utf8");
            const after = withRunning(before, running);
            if (after !== before) {
                writeAtomically(file, after);
            }
            return after !== before;
        });
}
