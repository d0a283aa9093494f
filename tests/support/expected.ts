/**
 * The rendered stacks that are committed. Each stack has a folder with a file for each component, so that a reviewer sees a change of
 * what is declared as a short diff.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { stringify } from "yaml";
import { type Rendered, inOrder, renderComponents } from "./render";

/** File name → text of one stack, for example `land.yaml` for the component `land`. */
export type ExpectedFiles = Readonly<Record<string, string>>;

const EXPECTED = join(__dirname, "..", "expected");

/** What the stack declares now. */
export async function renderedFiles(stack: string): Promise<ExpectedFiles> {
    const components = [...(await renderComponents(stack))].map(([component, resources]) => [
        `${component}.yaml`,
        stringify(resources, { sortMapEntries: false, lineWidth: 0 }),
    ]);
    return Object.fromEntries(components) as ExpectedFiles;
}

/** What the stack is expected to declare: the files in its folder. */
export function expectedFiles(stack: string, expected = EXPECTED): ExpectedFiles {
    const folder = join(expected, stack);
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** The stacks that have a folder with expected files. */
export function expectedStacks(expected = EXPECTED): string[] {
    return readdirSync(expected, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
}

/** Writes the expected files of all stacks, and removes the files of components and the folders of stacks that no longer exist. */
export function writeExpected(stacks: ReadonlyMap<string, ExpectedFiles>, expected = EXPECTED): void {
    const gone = (existsSync(expected) ? expectedStacks(expected) : []).filter((stack) => !stacks.has(stack));
    gone.forEach((stack) => rmSync(join(expected, stack), { recursive: true }));
    for (const [stack, files] of stacks) {
        const folder = join(expected, stack);
        mkdirSync(folder, { recursive: true });
        const stale = readdirSync(folder).filter((name) => files[name] === undefined);
        stale.forEach((name) => rmSync(join(folder, name), { recursive: true }));
        Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder, name), text));
    }
}

/** Everything that the stack is expected to declare, sorted by name. */
export function expectedResources(stack: string): Rendered[] {
    return inOrder(Object.values(expectedFiles(stack)).flatMap((text) => load(text) as Rendered[]));
}

/** How many Kubernetes objects a reviewer sees in the rendered stack. */
export function renderedObjects(stack: string): number {
    return expectedResources(stack).filter(({ type }) => type.startsWith("kubernetes:")).length;
}
