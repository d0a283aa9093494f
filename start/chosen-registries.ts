/** The project's file or a stack's own declares which registries run; `npm start -- --registries …` edits these files as a person would. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { repoRoot } from "../command-line/paths";
import { REGISTRIES, type Registry } from "../data/registries";
import { PROJECT_FILE } from "../toolchain/cli/project-config";
import { stackFile } from "../toolchain/cli/stack-file";
import { writeAtomically } from "../toolchain/build/stamp";

const KEY = "data-embassy:registries";

/** @returns the text of a project's or a stack's file in which these registries run and the others do not; everything else in it stays */
export function withRunning(text: string, running: readonly Registry[]): string {
    const document = parseDocument(text);
    for (const registry of REGISTRIES) {
        for (const place of placesOf(document, registry)) {
            document.setIn([...place, "running"], running.includes(registry));
        }
    }
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function placesOf(document: Document, registry: Registry): string[][] {
    const places = [
        ["config", KEY, "default", registry],
        ["config", KEY, registry],
    ];
    return places.filter((place) => document.hasIn(place));
}

/** @returns the files that it wrote, which are those that had another declaration */
export function declareRunning(sites: readonly string[], running: readonly Registry[]): string[] {
    return [join(repoRoot, PROJECT_FILE), ...sites.map((site) => stackFile(site))].filter((file) => {
        const before = readFileSync(file, "utf8");
        const after = withRunning(before, running);
        if (after !== before) {
            writeAtomically(file, after);
        }
        return after !== before;
    });
}
