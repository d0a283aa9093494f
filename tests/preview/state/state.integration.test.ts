/** The engine's own preview of this program against states with real secrets, without a cluster. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../../infra/conventions/names";
import { report as schema } from "../../../preview/report";
import { Home, type Outcome, must } from "../../support/home";

jest.setTimeout(5 * 60_000);

const ENGINE = "v3.256.0";
/** https://github.com/pulumi/pulumi/blob/v3.256.0/pkg/resource/deploy/snapshot.go: NewMagic */
const MAGIC = createHash("sha256").update(ENGINE).digest("hex");
const SITE = "data-embassy:index:DataEmbassy";
const BECOMES = "q9becomes-one-WkkzMGFz";
const NO_MORE = "q9is-none-any-more-ZGZnaA";
const STAYS = "q9stays-one-ZmdoZGY";
const VALUES = [BECOMES, NO_MORE, STAYS].flatMap((value) => [value, Buffer.from(value).toString("base64")]);

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

/** Objects that the program declares otherwise: where it has a secret, a plain text, and the other way round. */
function state(secrets: unknown): object {
    const stack = { ...resource("pulumi:pulumi:Stack", `${PROJECT}-tallinn`, [], {}), custom: false };
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
                object("Secret", "gone", registry, "registry-land", "gone", secret({ key: base64(STAYS) })),
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

/** The state as it was, and no back end of a run. */
function isUntouched(): boolean {
    const throwaway = join(home.path, "throwaway");
    return home.state("tallinn") === stored && (!existsSync(throwaway) || readdirSync(throwaway).length === 0);
}

/** What a file in each format, and both streams, hold. */
function previewed(...options: string[]): { readonly text: string; readonly json: ReturnType<typeof schema.parse> } {
    const out = join(home.path, "report.json");
    const runs = [home.preview(...options), home.preview(...options, "--format", "json", "--out", out)].map(must);
    const text = readFileSync(out, "utf8");
    return { text: runs.map(({ output }) => output).join("") + text, json: schema.parse(JSON.parse(text)) };
}

it.each([
    ["an export", () => ["--state", file]],
    ["the back end's own", () => ["--stack", "tallinn"]],
])("%s: what happens to each object is told, no secret of it is, and nothing is changed", (_, options) => {
    const { text, json } = previewed(...options());
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
    expect(VALUES.filter((value) => text.includes(value))).toEqual([]);
    expect(text).toContain("[secret]");
    // Encrypted where it is a secret there.
    expect(stored + readFileSync(file, "utf8")).not.toMatch(new RegExp([NO_MORE, STAYS].join("|")));
    expect(isUntouched()).toBe(true);
});

/** What was said where it was refused in a sentence, and nothing was changed; "" where it was not. */
function refusal({ code, output }: Outcome): string {
    return code === 1 && !/^ {4}at /m.test(output) && isUntouched() ? output : "";
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
