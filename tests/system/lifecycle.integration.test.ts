/** Two sites as a user runs them: they are brought up, left alone, changed behind the program's back and searched for secrets. */
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackText } from "../support/stacks";
import { type SiteResource, differences } from "../../infra/restore/differences";
import { RESTORE_MAY_DIFFER, undeclared } from "../../infra/restore/parity";
import { repoRoot } from "../../command-line/paths";
import { renderedObjects } from "../support/expected";
import { Home, type Outcome, must } from "../support/home";
import { filesWith, secretTexts } from "../support/secrets";

const MINUTES = 60_000;
jest.setTimeout(10 * MINUTES);

let home: Home;
/** The outcome of a preview of Luxembourg before Tallinn existed, which issues Luxembourg's intermediate certificate. */
let tooEarly: Outcome;
const stackFiles = (): string[] =>
    ["tallinn", "luxembourg"].map((stack) => readFileSync(join(repoRoot, `Pulumi.${stack}.yaml`), "utf8"));
const filesBefore = stackFiles();

beforeAll(() => {
    home = new Home("lifecycle");
    must(home.lab("up", "tallinn", "luxembourg"));
    must(home.pulumi("stack", "init", "luxembourg", "--no-select"));
    tooEarly = home.pulumi("preview", "--stack", "luxembourg");
    home.up("tallinn");
    home.up("luxembourg");
});
afterAll(() => home.remove());

interface State {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs?: Record<string, unknown>;
    readonly outputs?: Record<string, unknown>;
}

function exported(stack: string, ...flags: string[]): { resources: State[] } {
    const { stdout } = must(home.pulumi("stack", "export", "--stack", stack, ...flags));
    return (JSON.parse(stdout) as { deployment: { resources: State[] } }).deployment;
}

describe("nothing changed", () => {
    it.each(["tallinn", "luxembourg"])("is what a preview of %s says, also after a refresh", (stack) => {
        must(home.pulumi("preview", "--stack", stack, "--expect-no-changes"));
        must(home.pulumi("refresh", "--stack", stack, "--yes"));
        must(home.pulumi("preview", "--stack", stack, "--expect-no-changes"));
        expect(home.pulumi("up", "--stack", stack, "--yes", "--skip-preview").stdout).toMatch(/\n {4}\d+ unchanged\n/);
    });

    it("in the stack files either: the CLI's salt stays out of them", () => {
        expect(stackFiles()).toEqual(filesBefore);
    });

    it("on the cluster by a preview of something new", () => {
        const before = home.kubectl("tallinn", "get", "namespaces", "-o", "name").stdout;
        const changed = join(home.path, "Pulumi.changed.yaml");
        const text = stackText("tallinn");
        writeFileSync(changed, text.replace('cpu: "2", memory: 4Gi', 'cpu: "3", memory: 4Gi'));
        const { stdout } = must(home.pulumi("preview", "--stack", "tallinn", "--config-file", changed, "--diff"));
        expect(stdout).toMatch(/cpu.*"2" => "3"/);
        expect(stdout).not.toMatch(/to replace|to delete|to create/);
        expect(home.kubectl("tallinn", "get", "namespaces", "-o", "name").stdout).toBe(before);
        must(home.pulumi("preview", "--stack", "tallinn", "--expect-no-changes"));
    });
});

describe("a mistake", () => {
    it("in the order of sites is named: the root's stack comes first", () => {
        expect(tooEarly.code).not.toBe(0);
        expect(tooEarly.output).toMatch(/data-embassy\/tallinn/);
    });

    it("in the passphrase changes nothing", () => {
        const before = home.state("tallinn");
        const wrong = home.with({ PULUMI_CONFIG_PASSPHRASE: "wrong" });
        for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
            const { code, output } = wrong.pulumi(...command, "--stack", "tallinn");
            expect(code).not.toBe(0);
            expect(output).toMatch(/incorrect passphrase/);
        }
        expect(home.state("tallinn")).toBe(before);
    });
});

describe("drift", () => {
    it("is shown and mended, and nothing else is touched", () => {
        const namespace = ["-n", "registry-population"];
        const rule = JSON.stringify({ spec: { ingress: [{ from: [{ namespaceSelector: {} }] }] } });
        must(home.kubectl("luxembourg", "patch", "networkpolicy", "default-deny", ...namespace, "-p", rule));
        must(home.kubectl("luxembourg", "delete", "poddisruptionbudget", "database", ...namespace));

        const preview = must(home.pulumi("preview", "--stack", "luxembourg", "--refresh")).stdout;
        expect(preview).toMatch(/NetworkPolicy +population-default-deny +update/);
        expect(preview).toMatch(/PodDisruptionBudget +population-database-budget +create/);
        expect(preview).toMatch(/\+ 1 to create/);
        expect(preview).toMatch(/~ 1 to update/);

        const up = must(home.pulumi("up", "--stack", "luxembourg", "--yes", "--skip-preview", "--refresh")).stdout;
        expect(up).toMatch(/\+ 1 created/);
        expect(up).toMatch(/~ 1 updated/);
        const policy = must(
            home.kubectl("luxembourg", "get", "networkpolicy", "default-deny", ...namespace, "-o", "json"),
        );
        expect((JSON.parse(policy.stdout) as { spec: object }).spec).toEqual({
            podSelector: {},
            policyTypes: ["Ingress", "Egress"],
        });
        must(home.kubectl("luxembourg", "get", "poddisruptionbudget", "database", ...namespace));
        must(home.pulumi("preview", "--stack", "luxembourg", "--refresh", "--expect-no-changes"));
    });
});

describe("secrets", () => {
    function files(folder: string): string[] {
        return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name));
    }

    it("are nowhere in the clear: not in state, logs, the cluster's store, or a committed file", () => {
        const texts = secretTexts(home, ["tallinn", "luxembourg"]);
        expect(texts.length).toBeGreaterThan(100);
        const searched = [...files(home.path), ...files(join(repoRoot, "tests", "expected"))];
        expect(searched.length).toBeGreaterThan(20);
        expect(filesWith(texts, searched)).toEqual([]);
        const proof = join(home.path, "proof");
        writeFileSync(proof, `{"found":"${texts[0] ?? ""}"}`);
        expect(filesWith(texts, [...searched, proof])).toEqual([proof]);
    });

    it("are no resource's id, and in no annotation", () => {
        const texts = secretTexts(home, ["tallinn", "luxembourg"]);
        const shown = exported("tallinn", "--show-secrets").resources.map(({ id, outputs = {} }) => {
            const { annotations } = (outputs["metadata"] ?? {}) as { annotations?: unknown };
            return JSON.stringify([id, annotations]);
        });
        expect(shown.filter((line) => texts.some((text) => line.includes(text)))).toEqual([]);
    });

    it("are encrypted in an export, kubeconfigs included", () => {
        const text = JSON.stringify(exported("tallinn"));
        expect(text).toContain("ciphertext");
        expect(text).not.toMatch(/PRIVATE KEY|client-key-data|"plaintext"/);
        expect(home.state("tallinn")).not.toMatch(/PRIVATE KEY|client-key-data/);
    });

    it("of the lab itself are readable by their owner alone", () => {
        const holding = files(home.path).filter((file) =>
            /PRIVATE KEY|client-key-data|secretbox|aescbc/.test(readFileSync(file, "latin1").slice(0, 1_000_000)),
        );
        const keys = [...holding.filter((file) => !file.includes("/bin/")), join(home.path, "passphrase")];
        expect(keys.length).toBeGreaterThan(4);
        expect(keys.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);
    });
});

describe("a restore environment", () => {
    it("comes up from its template, on a cluster of its own, the same as Luxembourg save for the declared fields", () => {
        must(home.lab("up", "restore"));
        home.up("restore");
        must(home.pulumi("preview", "--stack", "restore", "--expect-no-changes"));
        const declared = (stack: string): SiteResource[] =>
            exported(stack)
                .resources.filter(({ type }) => type.startsWith("kubernetes:"))
                .map(({ urn, type, inputs = {} }) => ({
                    type,
                    name: urn.split("::").at(-1) ?? "",
                    inputs: masked(inputs),
                }));
        const [luxembourg, restore] = [declared("luxembourg"), declared("restore")];
        expect(luxembourg).toHaveLength(renderedObjects("luxembourg"));
        expect(undeclared(differences(luxembourg, restore), RESTORE_MAY_DIFFER)).toEqual([]);
    });

    /** Masks secrets, because each site has its own: only their existence is compared. */
    function masked(inputs: object): Record<string, unknown> {
        const text = JSON.stringify(inputs, (key, value: unknown) => (key === "ciphertext" ? "[secret]" : value));
        return JSON.parse(text) as Record<string, unknown>;
    }
});

describe("the rest of the CLI", () => {
    it("lists stacks, their outputs and their history", () => {
        expect(must(home.pulumi("stack", "ls", "--json")).stdout).toMatch(/"luxembourg"[^]*"tallinn"/);
        expect(must(home.pulumi("stack", "output", "registries", "--stack", "luxembourg", "--json")).stdout).toContain(
            '"population"',
        );
        expect(must(home.pulumi("stack", "history", "--stack", "luxembourg", "--json")).stdout).toContain(
            '"succeeded"',
        );
    });

    it("exports a stack and imports it again, the same", () => {
        const file = join(home.path, "export.json");
        must(home.pulumi("stack", "export", "--stack", "luxembourg", "--file", file));
        must(home.pulumi("stack", "import", "--stack", "luxembourg", "--file", file));
        must(home.pulumi("preview", "--stack", "luxembourg", "--expect-no-changes"));
        expect(statSync(file).size).toBeGreaterThan(100_000);
    });

    it("limits an update to its target", () => {
        const { resources } = exported("luxembourg");
        const urn = resources.find(({ urn: candidate }) => candidate.endsWith("::taxes-default-deny"))?.urn ?? "";
        const { stdout } = must(home.pulumi("preview", "--stack", "luxembourg", "--target", urn));
        expect(stdout).not.toMatch(/to (create|update|replace|delete)/);
    });

    it("imports an object that is there already", () => {
        must(home.kubectl("tallinn", "create", "namespace", "guest"));
        must(home.pulumi("stack", "init", "scratch", "--no-select"));
        const args = [
            "kubernetes:core/v1:Namespace",
            "guest",
            "guest",
            "--yes",
            "--generate-code=false",
            "--protect=false",
        ];
        // The default provider uses the first context of KUBECONFIG.
        const result = home.pulumi(
            "import",
            "--stack",
            "scratch",
            ...args,
            "--config-file",
            join(repoRoot, "Pulumi.tallinn.yaml"),
        );
        expect(result.output).toMatch(/guest/);
        must(home.pulumi("stack", "rm", "scratch", "--yes", "--force"));
    });

    it("runs the policy pack with a preview", () => {
        const { stdout } = must(home.pulumi("preview", "--stack", "luxembourg", "--policy-pack", "policy"));
        expect(stdout).toMatch(/data-embassy@v0\.1\.0 \(local: policy\)/);
    });

    it("gives a preview as JSON", () => {
        const { stdout } = must(home.pulumi("preview", "--stack", "luxembourg", "--json"));
        const { changeSummary } = JSON.parse(stdout) as { changeSummary: Record<string, number> };
        expect(Object.keys(changeSummary)).toEqual(["same"]);
    });
});
