/** Follows docs/add-a-registry.md and docs/add-a-site.md in a clone, to show that nothing else has to be done. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { repoRoot } from "../../command-line/paths";
import { Clone } from "../support/clone";
import { STACKS } from "../support/stacks";
import { TYPESCRIPT } from "../../command-line/typescript";

// Everything is rendered and type-checked in the clone, while other tests may keep the machine busy.
jest.setTimeout(900_000);

let folder: string;
let clone: Clone;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "add-"));
    clone = new Clone(join(folder, "clone"), "linked");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in the clone. @returns its standard output @throws Error if it fails */
function run(...command: string[]): string {
    const [program = "", ...args] = command;
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: clone.root, encoding: "utf8" });
    if (status !== 0) {
        throw new Error(`${command.join(" ")}: ${stdout}${stderr}`);
    }
    return stdout;
}

function text(...path: string[]): string {
    return readFileSync(join(clone.root, ...path), "utf8");
}

/** Adds an entry to a map of the project's configuration. */
function declare(section: string, name: string, entry: object): void {
    const project = parseDocument(text("Pulumi.yaml"));
    project.setIn(["config", `data-embassy:${section}`, "default", name], entry);
    clone.write("Pulumi.yaml", project.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

/** Does what `npm run expected:update` does, without installing packages. */
function update(): void {
    for (const half of ["lists", "update"]) {
        run(process.execPath, ...TYPESCRIPT, join("tests", "expected", `${half}.ts`));
    }
}

/** Files that are changed or new, except for generated pages and rendered stacks. */
function touched(): string[] {
    const changed = run("git", "status", "--porcelain", "--untracked-files=all").split("\n");
    return changed
        .map((line) => line.slice(3))
        .filter((file) => file !== "" && !/^(tests\/expected|docs)\//.test(file));
}

it("an eighth registry is its folder, one entry, and what is generated", () => {
    const pensions = join(clone.root, "data", "pensions");
    const ships = join(clone.root, "data", "ships");
    cpSync(pensions, ships, { recursive: true });
    for (const name of readdirSync(ships)) {
        const file = join(ships, name);
        writeFileSync(file, readFileSync(file, "utf8").replaceAll("pensions", "ships"));
    }
    const like = (parseDocument(text("Pulumi.yaml")).toJS() as { config: Record<string, { default: object }> }).config;
    const { pensions: entry } = like["data-embassy:registries"]?.default as Record<string, object>;
    declare("registries", "ships", { ...entry, number: 7 });
    update();

    const own = readdirSync(ships).map((name) => `data/ships/${name}`);
    expect(touched().sort()).toEqual(
        ["Pulumi.yaml", "data/catalogue.ts", "infra/conventions/registry-names.ts", ...own].sort(),
    );
    for (const stack of STACKS) {
        expect(text("tests", "expected", stack, "ships.yaml")).toContain("name: registry-ships");
    }
    // The commands use this catalogue.
    const known = `const { CATALOGUE } = require("./data/catalogue"); console.log(Object.keys(CATALOGUE.ships.tables).join())`;
    expect(run(process.execPath, ...TYPESCRIPT, "--eval", known).trim()).toContain("insured");
    expect(run(process.execPath, ...TYPESCRIPT, "data/main.ts", "load", "--help")).toContain("ships");
    run(join(repoRoot, "node_modules", ".bin", "tsc"), "-p", ".");
});

it("a further site is its stack file, one entry, and what is generated", () => {
    const example = parseDocument(text("examples", "smallest", "Pulumi.narva.yaml"));
    // The example is complete in itself, but a site of this project uses the project's own sites and registries.
    example.deleteIn(["config", "data-embassy:sites"]);
    example.deleteIn(["config", "data-embassy:registries"]);
    clone.write("Pulumi.narva.yaml", example.toString());
    declare("sites", "narva", { number: 3 });
    update();

    expect(touched().sort()).toEqual(["Pulumi.narva.yaml", "Pulumi.yaml"]);
    const changed = run("git", "status", "--porcelain", "tests/expected").split("\n").filter(Boolean);
    // Tallinn's stack changes because it holds the root of trust and issues the new site's intermediate certificate.
    expect(changed).toEqual([" M tests/expected/tallinn/authority.yaml", "?? tests/expected/narva/"]);
    expect(text("tests", "expected", "narva", "population.yaml")).toContain("data-embassy/site: narva");
    expect(text("docs", "flows.md")).toContain("narva");
});
