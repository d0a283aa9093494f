/** Custody from a stack's state to a restore, with the commands that an operator runs. */
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { fingerprint } from "../../custody/format";
import { secretsIn } from "../../custody/secrets";
import { REGISTRIES } from "../../infra/conventions/registries";
import { recoveredKeys } from "../../restore/keys";
import { Home, type Outcome, must } from "../support/home";
import { fixture } from "./fixture";

jest.setTimeout(5 * 60_000);

let home: Home;
const inHome = (...names: string[]): string => join(home.path, ...names);
const envelopes = (...numbers: number[]): string[] =>
    numbers.map((number) => inHome("ceremony", `custodian-${number}.envelope.json`));
const identities = (...numbers: number[]): string[] => numbers.map((number) => inHome(`identity-${number}`));

/** Writes what custodians and the witness bring to the ceremony: the custodians' list, their identities, and the witness' key. */
async function bring(): Promise<void> {
    const made = await fixture();
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const key = publicKey.export({ type: "spki", format: "pem" });
    const until = `${new Date().getUTCFullYear() + 2}-01-31`;
    const custodians = made.file.custodians.map((one) => ({ ...one, until }));
    const file = { ...made.file, witness: { office: "witness", key }, custodians };
    writeFileSync(inHome("custodians.yaml"), stringify(file));
    writeFileSync(inHome("witness.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    made.identities.forEach((identity, index) =>
        writeFileSync(inHome(`identity-${index + 1}`), `${identity}\n`, { mode: 0o600 }),
    );
}

/** The secrets in a state from which keys are derived. */
function generated(state: string): unknown[] {
    const { deployment } = JSON.parse(state) as { deployment: { resources: { urn: string; outputs?: unknown }[] } };
    return deployment.resources.filter(({ urn }) => urn.endsWith("-secret")).map(({ outputs }) => outputs);
}

/** The arguments of an `up` that really creates some resources that need no cluster, and their components. */
function upOf(stack: string, ...names: string[]): string[] {
    const targets = ["DataEmbassy::embassy", "Authority::authority", ...names].flatMap((name) => [
        "--target",
        `**${name}`,
    ]);
    return ["up", "--stack", stack, "--yes", "--skip-preview", ...targets];
}

function recovered(): Record<string, string> {
    return (JSON.parse(readFileSync(inHome("keys.json"), "utf8")) as { secrets: Record<string, string> }).secrets;
}

let kept: string;
beforeAll(async () => {
    home = new Home("custody");
    await bring();
    const keys = ["::root-key", "::root-certificate", ...REGISTRIES.map((name) => `::${name}-secret`)];
    must(home.pulumi("stack", "init", "tallinn", "--no-select"));
    must(home.pulumi(...upOf("tallinn", ...keys)));
    kept = must(home.pulumi("stack", "export", "--show-secrets", "--stack", "tallinn")).stdout;
});
afterAll(() => home.remove());

const ceremony = (): string[] => [
    "ceremony",
    ...["--custodians", inHome("custodians.yaml"), "--witness-key", inHome("witness.pem"), "--out", inHome("ceremony")],
];
const transcript = (): string[] => {
    // The custodians have this fingerprint on paper.
    const witness = createPublicKey(readFileSync(inHome("witness.pem"))).export({ type: "spki", format: "pem" });
    return ["--transcript", inHome("ceremony", "transcript.json"), "--witness", fingerprint(witness as string)];
};
const recovery = (out: string): string[] => [
    "recover",
    ...transcript(),
    ...["--envelope", ...envelopes(1, 3, 5), "--out", out],
];

describe("custody", () => {
    it("takes the keys out of the state, and shows none", () => {
        const { output } = must(home.keys(...ceremony()));
        expect(output).toContain("Any 3 of 5 recover them");
        for (const secret of Object.values(secretsIn(JSON.parse(kept), "tallinn"))) {
            expect(output).not.toContain(secret);
        }
        expect(envelopes(1, 2, 3, 4, 5).every(existsSync)).toBe(true);
        const { code, output: again } = home.keys(...ceremony());
        expect(code).toBe(1);
        expect(again).toMatch(/ceremony is there already, and is not written over/);
    });

    it("lets somebody into a site, whom three custodians let in and no two, with a record that they signed", () => {
        const site = { cluster: { server: "https://192.0.2.1:6443", "certificate-authority-data": "Y2E=" } };
        const kubeconfig = inHome("site.kubeconfig");
        const config = {
            clusters: [{ name: "site", ...site }],
            users: [{ name: "operator", user: {} }],
            contexts: [{ name: "luxembourg", context: { cluster: "site", user: "operator" } }],
        };
        writeFileSync(kubeconfig, JSON.stringify(config));
        const keys = home.with({ EMBASSY_KUBECONFIG: kubeconfig });
        const glass = (numbers: number[], ...more: string[]): Outcome =>
            keys.keys(
                ...["break-glass", "--site", "luxembourg", "--person", "a.person", "--asked-by", "the register"],
                ...["--reason", "a member does not start", ...transcript(), "--out", inHome("glass")],
                ...more,
                ...["--envelope", ...envelopes(...numbers), "--identity", ...identities(...numbers)],
            );
        expect(glass([1, 3, 5]).output).toMatch(
            /The site's API server does not answer, .* Give the time .* watches: --now/,
        );
        expect(glass([1, 3, 5], "--now", "2026-03-01T12:00Z").output).toMatch(
            /The clock here says .*, and --now is 2026/,
        );
        const now = ["--now", new Date().toISOString()];
        expect(glass([1, 3], ...now).output).toContain("break-glass needs 3 shares, and 2 can be used");
        expect(existsSync(inHome("glass"))).toBe(false);
        const { output } = must(glass([1, 3, 5], ...now));
        expect(output).toMatch(
            /keys\.breakGlass in Pulumi\.luxembourg\.yaml is missing: the API servers let in nobody/,
        );
        expect(output).not.toContain("PRIVATE KEY");
        const written = parse(readFileSync(inHome("glass", "kubeconfig"), "utf8")) as {
            clusters: unknown[];
            users: { user: Record<string, string> }[];
        };
        expect(statSync(inHome("glass", "kubeconfig")).mode & 0o777).toBe(0o600);
        expect(written.clusters).toEqual([expect.objectContaining(site)]);
        const data = written.users[0]?.user["client-certificate-data"] ?? "";
        const certificate = new X509Certificate(Buffer.from(data, "base64"));
        expect(certificate.subject).toBe("O=embassy:break-glass:luxembourg\nCN=embassy:break-glass:a.person");
        expect(
            certificate.verify(new X509Certificate(readFileSync(inHome("ceremony", "break-glass.crt"))).publicKey),
        ).toBe(true);
        const record = inHome("glass", "record.json");
        expect(must(home.keys("record", record, ...transcript())).stdout).toMatch(
            /^a\.person was let into luxembourg .* by custodian-1, custodian-3, custodian-5\. Asked for by the register: a member/,
        );
        writeFileSync(record, readFileSync(record, "utf8").replace("does not start", "starts"));
        expect(home.keys("record", record, ...transcript()).output).toContain("not what a quorum signed");
        expect(
            home.keys(...recovery(inHome("none.json")), "--identity", ...identities(1, 3, 5), "--only", "break-glass")
                .output,
        ).toContain('"break-glass" is no secret in custody');
    });

    it("is refused without the transcript of a site that lives, with who has another, and a copy does", () => {
        const [file, away] = [inHome("ceremony", "transcript.json"), inHome("away.json")];
        renameSync(file, away);
        const keys = [...recovery(inHome("keys.json")), "--identity", ...identities(1, 3, 5)];
        for (const args of [keys, ["record", inHome("glass", "record.json"), ...transcript()]]) {
            const { code, output } = home.keys(...args);
            expect([code, output]).toEqual([
                1,
                expect.stringMatching(
                    /transcript\.json cannot be read: there is no such file\. Every custodian has a copy/,
                ),
            ]);
        }
        // A second ceremony is refused as well, because it would overwrite what is left of the first.
        expect(home.keys(...ceremony()).output).toContain("ceremony is there already, and is not written over");
        expect([existsSync(file), existsSync(inHome("keys.json"))]).toEqual([false, false]);
        must(home.keys(...keys.map((word) => (word === file ? away : word))));
        rmSync(inHome("keys.json"));
        renameSync(away, file);
    });

    it("has the disk keys of a site's machines, each another, from the state", () => {
        const { output } = must(home.keys("disks", "--site", "luxembourg", "--out", inHome("disks.txt")));
        const lines = readFileSync(inHome("disks.txt"), "utf8").trim().split("\n");
        expect(lines).toContainEqual(expect.stringMatching(/^a1-1 [0-9a-f]{64}$/));
        const keys = lines.map((line) => line.split(" ")[1] ?? "");
        expect(new Set(keys).size).toBe(lines.length);
        expect(keys.filter((key) => output.includes(key))).toEqual([]);
        expect(statSync(inHome("disks.txt")).mode & 0o077).toBe(0);
        expect(home.keys("disks", "--site", "luxembourg", "--out", inHome("disks.txt")).output).toMatch(
            /is there already/,
        );
    });

    it("has no cipher's secret taken out of the state of a site that lives, by itself or with all that is declared", () => {
        const urn = /urn:pulumi:[^"]*::land-secret/.exec(kept)?.[0] ?? "";
        const { code, output } = home.pulumi("state", "delete", urn, "--stack", "tallinn", "--yes");
        expect(code).not.toBe(0);
        expect(output).toMatch(/protect/);
        expect(home.pulumi("destroy", "--stack", "tallinn", "--yes", "--skip-preview").code).not.toBe(0);
        const now = must(home.pulumi("stack", "export", "--show-secrets", "--stack", "tallinn")).stdout;
        expect(generated(now).length).toBe(REGISTRIES.length);
        expect(generated(now)).toEqual(generated(kept));
    });

    it("gives them back to three custodians, when the state is gone, and to no two", () => {
        rmSync(inHome("state"), { recursive: true });
        const keys = inHome("keys.json");
        const few = home.keys(...recovery(keys), "--identity", ...identities(1, 3));
        expect(few.code).toBe(1);
        expect(few.output).toContain("root needs 3 shares, and 2 can be used");
        expect(few.output).toContain("custodian-5: none of the identities opens the share of root");
        expect(existsSync(keys)).toBe(false);
        const { output } = must(home.keys(...recovery(keys), "--identity", ...identities(1, 3, 5)));
        const secrets = recovered();
        expect(secrets).toEqual(secretsIn(JSON.parse(kept), "tallinn"));
        const { root = "" } = secrets;
        expect(new X509Certificate(root).checkPrivateKey(createPrivateKey(root))).toBe(true);
        for (const secret of Object.values(secrets)) {
            expect(output).not.toContain(secret);
        }
    });

    it("is enough for a cold start: with it, a site's disks have the keys that they had", () => {
        const disks = ["disks", "--site", "luxembourg", "--out", inHome("disks-again.txt"), "--keys"];
        const land = inHome("land.json");
        must(home.keys(...recovery(land), "--only", "land", "--identity", ...identities(1, 3, 5)));
        expect(home.keys(...disks, land).output).toMatch(/land\.json has no key of root: recover it as well/);
        must(home.keys(...disks, inHome("keys.json")));
        expect(readFileSync(inHome("disks-again.txt"), "utf8")).toBe(readFileSync(inHome("disks.txt"), "utf8"));
    });

    it("is enough for a restore: with it, what is looked for next is what is stored", () => {
        const late = home.keys(...ceremony().slice(0, -1), inHome("another"));
        expect(late.output).toMatch(/The keys cannot be had from the stack tallinn.*hold the ceremony where both are/s);
        expect(existsSync(inHome("another"))).toBe(false);
        const without = home.restore("--from", "luxembourg");
        expect(without.output).toContain("The keys cannot be had from the stack tallinn");
        const { code, output } = home.restore("--from", "luxembourg", "--keys", inHome("keys.json"));
        expect(code).toBe(1);
        expect(output).toContain(`keys: ${inHome("keys.json")}`);
        expect(output).toMatch(/No disk of luxembourg .* holds backups/);
        const missing = home.restore("--from", "luxembourg", "--keys", inHome("none.json"));
        expect(missing.output).toMatch(/none\.json cannot be read/);
        expect(existsSync(inHome("lab", "restore"))).toBe(false);
    });

    it("is enough for the program, which asks nothing of the stack that is gone", async () => {
        const { handed } = await recoveredKeys(inHome("keys.json"), "restore", 30);
        writeFileSync(inHome("cross-stack-secrets.json"), JSON.stringify(handed), { mode: 0o600 });
        const up = (of: Home): Outcome => of.pulumi(...upOf("restore"));
        must(home.pulumi("stack", "init", "restore", "--no-select"));
        expect(up(home).output).toMatch(/unknown stack "organization\/data-embassy\/tallinn"/);
        must(up(home.with({ EMBASSY_CROSS_STACK_SECRETS: inHome("cross-stack-secrets.json") })));
        expect(up(home.with({ EMBASSY_CROSS_STACK_SECRETS: inHome("none") })).output).toContain(
            "none: there is no such file",
        );
        const { code, output } = up(home.with({ EMBASSY_CROSS_STACK_SECRETS: inHome("keys.json") }));
        expect(code).not.toBe(0);
        expect(output).toMatch(
            /EMBASSY_CROSS_STACK_SECRETS=.*keys\.json: issuer, registries, .* is missing, unknown or wrong/,
        );
        expect(output).not.toMatch(/PRIVATE KEY|\n\s+at /);
    });

    it("is rehearsed with an exit code and a report for machines", () => {
        const { stdout } = must(home.keys("rehearse", "--json"));
        expect(JSON.parse(stdout)).toMatchObject({ custodians: 5, threshold: 3, right: true });
        const { code, output } = home.keys("rehearse", "--custodians", "3", "--threshold", "4");
        expect(code).toBe(1);
        expect(output).toContain("threshold is 4; it must be 3 or less");
    });
});
