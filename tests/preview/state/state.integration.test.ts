/** The engine previews this program against states with real secrets, without a cluster. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../../infra/conventions/names";
import { repoRoot } from "../../../command-line/paths";
import { report as schema } from "../../../preview/report";
import { FORMATS } from "../../../preview/show/formats";
import { readStackFile } from "../../../preview/stack-file";
import { Home, type Outcome, must } from "../../support/home";

jest.setTimeout(5 * 60_000);

const ENGINE = "v3.256.0";
/** The manifest's checksum: https://github.com/pulumi/pulumi/blob/v3.256.0/pkg/resource/deploy/snapshot.go: NewMagic */
const MAGIC = createHash("sha256").update(ENGINE).digest("hex");
const SITE = "data-embassy:index:DataEmbassy";
const BECOMES = "q9becomes-one-WkkzMGFz";
const NO_MORE = "q9is-none-any-more-ZGZnaA";
const STAYS = "q9stays-one-ZmdoZGY";
/** Secrets with characters that formats escape, and with several lines. */
const AWKWARD = 'q9"awk\\ward" & <tag>/+=% õ';
const PEM = `-----BEGIN PRIVATE KEY-----\n${["q9Zmlyc3RsaW5l", "q9c2Vjb25kbGluZQ"].map((line) => line.repeat(4)).join("\n")}\n-----END PRIVATE KEY-----\n`;
const SECRETS = [BECOMES, NO_MORE, STAYS, AWKWARD, ...PEM.split("\n").filter((line) => line.startsWith("q9"))];

/** All forms in which a format, a URL or a file may contain a value. */
function forms(value: string): string[] {
    const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
    const buffer = Buffer.from(value);
    return [
        value,
        // Padding is removed, because it is absent where more text follows.
        ...["base64", "base64url", "hex"].map((encoding) =>
            buffer.toString(encoding as BufferEncoding).replace(/=+$/, ""),
        ),
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        JSON.stringify(JSON.stringify(value)).slice(3, -3),
        value.replaceAll(/[&<>"]/g, (character) => entities[character] ?? ""),
        value.replaceAll(/[\\`*_<>&]/g, String.raw`\$&`),
    ];
}

/** The secrets that a text contains in any form. */
function shownIn(text: string): string[] {
    return SECRETS.flatMap(forms).filter((form) => text.includes(form));
}

const FILES = Object.values(FORMATS).map((format) => format.file);

interface Exported {
    readonly deployment: { readonly secrets_providers: unknown };
}

interface Resource {
    readonly urn: string;
    readonly type: string;
    readonly custom: boolean;
    readonly [key: string]: unknown;
}

function resource(type: string, name: string, parents: readonly string[], more: object): Resource {
    const path = [...parents, type].join("$");
    return { urn: `urn:pulumi:tallinn::${PROJECT}::${path}::${name}`, type, custom: true, ...more };
}

function secret(value: unknown): unknown {
    return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(value) };
}

/** The settings that the state records. Two keys differ from today's stack file. */
const SETTINGS = JSON.parse(
    JSON.stringify(readStackFile("tallinn", repoRoot).config, (key, value: unknown) =>
        key === "objectLockDays"
            ? Number(value) + 7
            : key === "feeds" && !Array.isArray(value)
              ? { a: 9, b: 10, c: 10 }
              : value,
    ),
) as object;

/** A state whose objects differ from the declared ones: a secret is a plain text in the other, and the other way round. */
function state(secrets: unknown): object {
    const stack = {
        ...resource("pulumi:pulumi:Stack", `${PROJECT}-tallinn`, [], {}),
        custom: false,
        outputs: { settings: SETTINGS },
    };
    const provider = resource("pulumi:providers:kubernetes", "site", [SITE], {
        id: "7d0621ef-8683-401d-b93a-b779f6a372a4",
        inputs: { context: "tallinn" },
        outputs: { context: "tallinn" },
    });
    const object = (
        kind: string,
        name: string,
        parent: string,
        namespace: string,
        plain: string,
        data: unknown,
    ): Resource => {
        const inputs = { apiVersion: "v1", kind, metadata: { namespace, name: plain }, data };
        return resource(`kubernetes:core/v1:${kind}`, name, [SITE, parent], {
            id: `${namespace}/${plain}`,
            inputs,
            outputs: { ...inputs, __inputs: inputs, __initialApiVersion: "v1", __fieldManager: PROJECT },
            provider: `${provider.urn}::7d0621ef-8683-401d-b93a-b779f6a372a4`,
        });
    };
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const registry = "data-embassy:registries:Registry";
    return {
        version: 3,
        deployment: {
            manifest: { time: "2026-03-01T12:00:00Z", magic: MAGIC, version: ENGINE },
            secrets_providers: secrets,
            resources: [
                stack,
                provider,
                object(
                    "ConfigMap",
                    "land-members-files",
                    registry,
                    "registry-land",
                    "database",
                    secret({ "setup.sql": NO_MORE }),
                ),
                object(
                    "Secret",
                    "object-store-accounts",
                    "data-embassy:storage:ObjectStore",
                    "object-store",
                    "accounts",
                    {
                        accounts: base64(BECOMES),
                    },
                ),
                object(
                    "Secret",
                    "gone",
                    registry,
                    "registry-land",
                    "gone",
                    secret({ key: base64(STAYS), awkward: base64(AWKWARD), "tls.key": base64(PEM) }),
                ),
                object("ConfigMap", "left", registry, "registry-land", "left", {
                    awkward: secret(AWKWARD),
                    "tls.key": secret(PEM),
                }),
            ],
        },
    };
}

let home: Home;
let file: string;
let stored: string;
beforeAll(() => {
    home = new Home("preview-state");
    must(home.pulumi("stack", "init", "tallinn", "--no-select"));
    const { deployment } = JSON.parse(must(home.pulumi("stack", "export", "--stack", "tallinn")).stdout) as Exported;
    const plain = join(home.path, "plain.json");
    writeFileSync(plain, JSON.stringify(state(deployment.secrets_providers)));
    must(home.pulumi("stack", "import", "--stack", "tallinn", "--file", plain));
    file = join(home.path, "export.json");
    must(home.pulumi("stack", "export", "--stack", "tallinn", "--file", file));
    stored = home.state("tallinn");
});
afterAll(() => home.remove());

/** Whether the state is unchanged, and no run has left a temporary back end. */
function isUntouched(): boolean {
    const throwaway = join(home.path, "throwaway");
    return home.state("tallinn") === stored && (!existsSync(throwaway) || readdirSync(throwaway).length === 0);
}

interface Previewed {
    /** Report file → text. `output` has both streams. */
    readonly texts: Readonly<Record<string, string>>;
    readonly json: ReturnType<typeof schema.parse>;
}

function previewed(...options: string[]): Previewed {
    const reports = join(home.path, "reports");
    const { output } = must(home.preview(...options, "--reports", reports));
    const files = readdirSync(reports).map((name) => [name, readFileSync(join(reports, name), "utf8")]);
    const texts = Object.fromEntries([["output", output], ...files]) as Previewed["texts"];
    return { texts, json: schema.parse(JSON.parse(texts["report.json"] ?? "")) };
}

it.each([
    ["an export", () => ["--state", file]],
    ["the back end's own", () => ["--stack", "tallinn"]],
])(
    "%s: what happens to each object is told, no secret of it is in any format, and nothing is changed",
    (_, options) => {
        const { texts, json } = previewed(...options());
        const [stack] = json.stacks;
        expect(stack?.state).toBe("compared");
        const named = stack?.objects.map(({ operation, kind, name }) => [operation, kind, name].join(" "));
        expect(named).toEqual(
            expect.arrayContaining([
                "delete Secret registry-land/gone",
                "update Secret object-store/accounts",
                "update ConfigMap registry-land/database",
                "create StatefulSet registry-land/database",
            ]),
        );
        expect(stack?.notes.join()).toContain("API server was asked nothing");
        expect(Object.keys(texts).sort()).toEqual(["output", ...FILES].sort());
        for (const [name, text] of Object.entries(texts)) {
            expect({ name, secrets: shownIn(text) }).toEqual({ name, secrets: [] });
        }
        expect(texts["report.md"]).toContain("[secret]");
        // Secrets are encrypted in the state and in the export.
        expect(
            SECRETS.filter((value) => value !== BECOMES && (stored + readFileSync(file, "utf8")).includes(value)),
        ).toEqual([]);
        expect(isUntouched()).toBe(true);
    },
);

it("what has changed of the stack file since, and of the facility, is told from what the state records", () => {
    const { json, texts } = previewed("--state", file);
    const [stack] = json.stacks;
    expect(stack?.settings.map(({ key }) => key)).toEqual([
        "data-embassy:storage.objectLockDays",
        "data-embassy:cluster.feeds.a",
    ]);
    expect(stack?.dangers.map(({ text }) => text).join()).toContain("data-embassy:storage.objectLockDays is");
    expect(stack?.facility.told.join()).toMatch(/feed a: .* of 9 000 W.* of 10 000 W/);
    expect(json.leftOut).toEqual([]);
    expect(texts["report.sarif"]).toContain("data-embassy:cluster.feeds.a: 9 → 10");
});

it("a state that records nothing is said to tell nothing of that", () => {
    const older = join(home.path, "older.json");
    writeFileSync(older, readFileSync(file, "utf8").replace('"settings":', '"other":'));
    const { json } = previewed("--state", older);
    expect(json.stacks[0]?.settings).toEqual([]);
    expect(json.leftOut.join()).toContain("did not record its settings");
});

it("a plan to be reviewed, and what is said of it, has no secret in it", () => {
    const plan = join(home.path, "tallinn.plan");
    const { output } = home.pulumi("preview", "--stack", "tallinn", "--save-plan", plan);
    const text = existsSync(plan) ? readFileSync(plan, "utf8") : output;
    expect(text).toContain("object-store-accounts");
    expect(shownIn(output + text)).toEqual([]);
});

/** The output, if a command was refused with a sentence and changed nothing, else "". */
function refusal({ code, output }: Outcome): string {
    return code === 1 && !/^ {4}at /m.test(output) && shownIn(output).length === 0 && isUntouched() ? output : "";
}

it("a passphrase that is wrong, or is not there, is named", () => {
    const wrong = home.with({ PULUMI_CONFIG_PASSPHRASE: "wrong" });
    expect(refusal(wrong.preview("--state", file))).toMatch(/incorrect passphrase/);
    const none = home.with({ PULUMI_CONFIG_PASSPHRASE_FILE: join(home.path, "none") });
    expect(refusal(none.preview("--state", file))).toContain("the passphrase that opens it is not there");
});

it.each([
    ["a commit and a state at once", ["--base", "HEAD", "--state", "x.json"], "give one of them"],
    ["a file that is not there", ["--state", "/nowhere.json"], "/nowhere.json is not there"],
    ["a stack that is not there", ["--stack", "atlantis"], "There is no stack atlantis: stacks are"],
    ["two stacks of one export", ["--state", "x.json", "--stack", "tallinn", "luxembourg"], "--stack names 2"],
])("%s is refused in a sentence", (_, options, what) => {
    expect(refusal(home.preview(...options))).toContain(what);
});

it("a state that has been damaged inside is refused by the engine, and said to be", () => {
    const damaged = join(home.path, "damaged.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(damaged, text.replace(/"ciphertext": "v1:[^"]{8}/, '"ciphertext": "v1:AAAAAAAA'));
    expect(refusal(home.preview("--state", damaged))).toMatch(
        /did not come to a preview of tallinn .* The engine says why above/,
    );
});

it("drift of clusters that do not answer is an error, once, and not drift", () => {
    const { code, output } = home.drift("--stack", "tallinn");
    expect(code).toBe(1);
    expect(output.match(/cannot reach the Kubernetes cluster/g)).toHaveLength(1);
    expect(isUntouched()).toBe(true);
});
