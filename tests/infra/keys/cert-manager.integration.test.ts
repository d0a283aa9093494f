/**
 * The real cert-manager, with the rights and under the rules that the program declares, at a site without Tallinn. The
 * certificates are as old as they would be after weeks alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CERT_MANAGER, NEXT_KEY_LABEL } from "../../../infra/keys/plan-cert-manager";
import { certManagerDefinitions } from "../../../lab/certificate-api";
import { buildToolchain, silent } from "../../../toolchain/build";
import { binDir } from "../../../command-line/paths";
import { kubectl } from "../../support/admission";
import { type ApiServer, startApiServer } from "../../support/apiserver";
import { type Pair, issued } from "../../support/certificates";
import { renderStack } from "../../support/render";

jest.setTimeout(300_000);

interface Declared {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: { readonly secretName: string; readonly commonName: string; readonly dnsNames?: readonly string[] };
}

interface Live {
    readonly metadata: {
        readonly name: string;
        readonly labels?: object;
        readonly annotations: Record<string, string>;
    };
    readonly data: Record<"tls.key" | "tls.crt" | "ca.crt", string>;
}

const POPULATION = "registry-population/database-tls";
const STORE = "object-store/tls";
const EDGE = "edge/edge-tls";
const LAND = "registry-land/database-tls";

let api: ApiServer;
let controller: ChildProcess | undefined;
let said = "";
let declared: Declared[];
let root: Pair;
let intermediate: Pair;
const before = new Map<string, Live>();

function apply(...items: object[]): void {
    kubectl(api, ["apply", "--server-side", "--force-conflicts", "--field-manager=data-embassy", "-f", "-"], {
        apiVersion: "v1",
        kind: "List",
        items,
    });
}

function json(...args: string[]): unknown {
    return JSON.parse(kubectl(api, [...args, "-o", "json"]));
}

function at(place: string): string[] {
    const [namespace = "", name = ""] = place.split("/");
    return [name, "-n", namespace];
}

function secretAt(place: string): Live {
    return json("get", "secret", ...at(place)) as Live;
}

function pem({ data }: Live, key: keyof Live["data"]): string {
    return Buffer.from(data[key], "base64").toString();
}

/** The certificates of a Secret's chain, beginning with the leaf. */
function chainOf(live: Live): X509Certificate[] {
    const blocks = pem(live, "tls.crt").match(/-----BEGIN[^]+?END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block));
}

async function until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
        const found = look();
        if (found !== undefined) {
            return found;
        }
        await sleep(200);
    }
    throw new Error(`${what}: not within a minute\n${said.slice(-4000)}`);
}

function renewed(place: string): Promise<Live> {
    const old = before.get(place)?.data["tls.crt"];
    return until(`${place} is renewed`, () => {
        const live = secretAt(place);
        return live.data["tls.crt"] === old ? undefined : live;
    });
}

/** The Secret with an authority's key, like the one that infra/keys/issuer.ts declares. */
function authority(name: string, pair: Pair, trusted: Pair): object {
    return {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: CERT_MANAGER },
        type: "kubernetes.io/tls",
        stringData: { "tls.key": pair.key, "tls.crt": pair.certificate, "ca.crt": trusted.certificate },
    };
}

/** The Secret of a certificate as the program would have created it `began` days ago. */
async function first(place: string, by: Pair, trusted: Pair, began: number): Promise<object> {
    const [namespace, name] = place.split("/");
    const { spec } = declared.find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    ) as Declared;
    const { commonName, dnsNames = [] } = spec;
    const pair = await issued({ commonName, dnsNames, by, began, ends: 90 - began });
    const secret = (await renderStack("luxembourg")).find(
        ({ type, inputs }) => type.endsWith(":Secret") && isAt(inputs as unknown as Declared, place),
    );
    return {
        ...secret?.inputs,
        stringData: {
            "tls.key": pair.key,
            "tls.crt": pair.certificate + by.certificate,
            "ca.crt": trusted.certificate,
        },
    };
}

function isAt({ metadata }: Declared, place: string): boolean {
    return `${metadata.namespace}/${metadata.name}` === place;
}

beforeAll(async () => {
    await buildToolchain({ parts: [CERT_MANAGER], progress: silent });
    api = await startApiServer();
    const rendered = await renderStack("luxembourg");
    const ours = (pattern: RegExp): object[] =>
        rendered.filter(({ name }) => pattern.test(name)).map(({ inputs }) => inputs);
    apply(...certManagerDefinitions(binDir), ...ours(/-namespace$/));
    apply(
        ...ours(/^cert-manager-(account|role|role-binding)$/),
        ...ours(/^(deletion-protection|declared-secrets)-|^declared$/),
    );
    kubectl(api, ["wait", "--for=condition=Established", "crd", "--all"]);

    root = await issued({ commonName: "root", began: 400, ends: 6000 });
    intermediate = await issued({ commonName: "intermediate", by: root, began: 400, ends: 1000 });
    const edge = await issued({ commonName: "edge", began: 400, ends: 1000 });
    declared = rendered.flatMap(({ type, inputs }) =>
        type.endsWith(":Certificate") ? [inputs as unknown as Declared] : [],
    );
    const places = [POPULATION, STORE, EDGE, LAND];
    apply(
        authority("site", intermediate, root),
        authority("allied-edge", edge, edge),
        // These were issued 15 days ago, are due, and have expired.
        await first(POPULATION, intermediate, root, 15),
        await first(STORE, intermediate, root, 61),
        await first(EDGE, edge, edge, 61),
        await first(LAND, intermediate, root, 91),
    );
    for (const place of places) {
        before.set(place, secretAt(place));
    }
    apply(
        ...ours(/^(cert-manager-site|edge-issuer)$/),
        ...declared.filter((one) => places.some((place) => isAt(one, place))),
    );
    controller = start();
});
afterAll(async () => {
    controller?.kill();
    await api.stop();
});

function asCertManager(): string {
    return join(dirname(api.kubeconfig), "cert-manager.kubeconfig");
}

/** Starts cert-manager with the identity of its pod. */
function start(): ChildProcess {
    const token = kubectl(api, ["create", "token", CERT_MANAGER, "-n", CERT_MANAGER]).trim();
    const kubeconfig = asCertManager();
    writeFileSync(
        kubeconfig,
        JSON.stringify({
            clusters: [{ name: "site", cluster: { server: api.server, "insecure-skip-tls-verify": true } }],
            users: [{ name: "pod", user: { token } }],
            contexts: [{ name: "site", context: { cluster: "site", user: "pod" } }],
            "current-context": "site",
        }),
        { mode: 0o600 },
    );
    const args = [`--kubeconfig=${kubeconfig}`, `--cluster-resource-namespace=${CERT_MANAGER}`];
    const started = spawn(join(binDir, "cert-manager"), args, { stdio: ["ignore", "ignore", "pipe"] });
    started.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    return started;
}

interface Conditions {
    readonly status?: {
        readonly renewalTime?: string;
        readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[];
    };
}

describe("a certificate that the program has made", () => {
    it("is left as it is until it is due", async () => {
        const { status } = await until("it is looked at", () => {
            const seen = json("get", "certificate", ...at(POPULATION)) as Conditions;
            const ready = seen.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True");
            return ready ? seen : undefined;
        });
        // 15 of its 90 days are over, and it is renewed 30 days before the end.
        const days = (Date.parse(status?.renewalTime ?? "") - Date.now()) / 86_400_000;
        expect(Math.round(days)).toBe(45);
        // By now cert-manager has taken over the Secret, and removed the program's annotation.
        const live = await until("it is taken over", () => {
            const secret = secretAt(POPULATION);
            return secret.metadata.annotations["cert-manager.io/common-name"] === undefined ? undefined : secret;
        });
        expect(live.data).toEqual(before.get(POPULATION)?.data);
        expect((json("get", "certificaterequest", "-n", "registry-population") as { items: [] }).items).toEqual([]);
    });

    it.each([
        ["is due", STORE],
        ["has ended while nobody was there", LAND],
    ])("is renewed when it %s, with another key, under the site's intermediate", async (_, place) => {
        const live = await renewed(place);
        const [leaf, signer, ...more] = chainOf(live) as [X509Certificate, X509Certificate];
        expect(more).toEqual([]);
        expect(signer.toString()).toBe(new X509Certificate(intermediate.certificate).toString());
        expect(leaf.verify(signer.publicKey)).toBe(true);
        expect(pem(live, "ca.crt").trim()).toBe(root.certificate.trim());
        expect(leaf.checkPrivateKey(createPrivateKey(pem(live, "tls.key")))).toBe(true);
        expect(live.data["tls.key"]).not.toBe(before.get(place)?.data["tls.key"]);
        const [old] = chainOf(before.get(place) as Live) as [X509Certificate];
        const sorted = (text = ""): string[] => text.split(/\n|, /).sort();
        expect(sorted(leaf.subject)).toEqual(sorted(old.subject));
        expect(sorted(leaf.subjectAltName)).toEqual(sorted(old.subjectAltName));
        expect(leaf.keyUsage.sort()).toEqual(old.keyUsage.sort());
        expect(Math.round((Date.parse(leaf.validTo) - Date.now()) / 86_400_000)).toBe(90);
    });

    it("of the allied edge is renewed by its own authority", async () => {
        const live = await renewed(EDGE);
        const [leaf] = chainOf(live) as [X509Certificate];
        expect(leaf.verify(new X509Certificate(pem(live, "ca.crt")).publicKey)).toBe(true);
        expect(pem(live, "ca.crt")).toBe(pem(before.get(EDGE) as Live, "ca.crt"));
    });

    it("leaves no key behind that was made for it, though nothing else may remove a Secret", async () => {
        await until("next keys are gone", () => {
            const { items } = json("get", "secrets", "-A", "-l", NEXT_KEY_LABEL) as { items: object[] };
            return items.length === 0 ? true : undefined;
        });
        const attempt = (): string => kubectl(api, ["delete", "secret", ...at(STORE)]);
        expect(attempt).toThrow(/holds data or keys and is protected from deletion/);
    });
});

describe("an authority", () => {
    /** Makes cert-manager issue a certificate anew, as docs/certificates.md describes. */
    const reissue = (place: string): string =>
        kubectl(api, ["annotate", "secret", ...at(place), "--overwrite", "cert-manager.io/issuer-name=former"]);

    it("that is new, under the same root, signs what is issued from then on", async () => {
        const next = await issued({ commonName: "intermediate", by: root, ends: 1800 });
        apply(authority("site", next, root));
        before.set(STORE, secretAt(STORE));
        reissue(STORE);
        const live = await renewed(STORE);
        const [leaf, signer] = chainOf(live) as [X509Certificate, X509Certificate];
        expect(signer.toString()).toBe(new X509Certificate(next.certificate).toString());
        expect(leaf.verify(signer.publicKey)).toBe(true);
        expect(pem(live, "ca.crt").trim()).toBe(root.certificate.trim());
        expect(live.metadata.annotations["cert-manager.io/issuer-name"]).toBe("site");
    });

    it("whose key is another's signs nothing, and says so where the certificate is", async () => {
        const stranger = await issued({ commonName: "intermediate", by: root });
        apply(authority("site", { ...intermediate, key: stranger.key }, root));
        before.set(LAND, secretAt(LAND));
        reissue(LAND);
        const failure = await until("it fails", () =>
            (json("get", "certificate", ...at(LAND)) as Conditions).status?.conditions?.find(
                ({ type, status, message }) => type === "Issuing" && status === "False" && message.includes("fail"),
            ),
        );
        expect(failure.message).toMatch(/PrivateKey doesn't match parent's PublicKey/);
        expect(secretAt(LAND).data).toEqual(before.get(LAND)?.data);
    });
});

describe("who has taken over cert-manager", () => {
    const secret = (name: string, namespace: string, type: string, metadata: object = {}): object => ({
        apiVersion: "v1",
        kind: "Secret",
        type,
        metadata: { name, namespace, ...metadata },
        ...(type === "kubernetes.io/tls" && { stringData: { "tls.key": "", "tls.crt": "" } }),
    });
    const writes = (object: object): (() => void) => {
        return () => void kubectl({ ...api, kubeconfig: asCertManager() }, ["create", "-f", "-"], object);
    };

    it("has nobody's token: no Secret is one", () => {
        const annotations = { "kubernetes.io/service-account.name": "clusterrole-aggregation-controller" };
        const wanted = secret("tried", "kube-system", "kubernetes.io/service-account-token", { annotations });
        expect(writes(wanted)).toThrow(/no Secret is a token/);
        expect(() => kubectl(api, ["create", "-f", "-"], wanted)).toThrow(/no Secret is a token/);
    });

    it.each([
        ["another name", secret("tried", "registry-land", "kubernetes.io/tls")],
        ["the name of another namespace's", secret("database-tls", "cert-manager", "kubernetes.io/tls")],
        ["a name that is declared, of another kind", secret("database-tls", "registry-taxes", "Opaque")],
        [
            "a mark that is not its own",
            secret("tried", "registry-land", "Opaque", { labels: { [NEXT_KEY_LABEL]: "true" } }),
        ],
    ])("writes no Secret with %s", (_what, object) => {
        expect(writes(object)).toThrow(
            /is no Secret of a certificate that is declared, and cert-manager writes no other/,
        );
    });

    it("changes no Secret that is there either, nor marks one as its own", () => {
        kubectl(api, ["create", "secret", "generic", "kept", "--namespace=registry-land"]);
        for (const patch of [{ data: { x: "" } }, { metadata: { labels: { [NEXT_KEY_LABEL]: "true" } } }]) {
            const args = ["patch", "secret", "kept", "--namespace=registry-land", `--patch=${JSON.stringify(patch)}`];
            expect(() => kubectl({ ...api, kubeconfig: asCertManager() }, args)).toThrow(
                /cert-manager writes no other/,
            );
        }
    });
});
