/** Nobody, administrators included, enters a site's pods unless a quorum of custodians allows it, and every action is audited. */
import { X509Certificate, createPrivateKey, webcrypto } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { stringify } from "yaml";
import { type Glass, breakGlass } from "../../../../custody/break-glass";
import type { Held } from "../../../../custody/ceremony";
import { fingerprint } from "../../../../custody/format";
import { parseConfig } from "../../../../infra/site/config";
import { plan } from "../../../../infra/site/plan";
import { AUDIT_POLICY } from "../../../../infra/cluster/control-plane/audit";
import { issueAuthority, issueLeaf } from "../../../../credentials/certificates";
import { type Fixture, fixture, hold } from "../../../custody/fixture";
import { kubectl, outcome, settled } from "../../../support/admission";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { renderPlan } from "../../../support/render";
import { stackValues } from "../../../support/stacks";

jest.setTimeout(120_000);

const SITE = "luxembourg";
const POLICY = "nobody-works-there";
const NOBODY = /nobody works here: .* is for who breaks the glass of luxembourg/;

let folder: string;
let api: ApiServer;
let custody: Fixture;
let held: Held;

const inFolder = (name: string): string => join(folder, name);

/** Asks custodians for break-glass access, by default three of them. */
async function given(change: Partial<Parameters<typeof breakGlass>[0]> = {}, there = [0, 2, 4]): Promise<Glass> {
    return breakGlass({
        transcript: held.transcript,
        witness: fingerprint(held.transcript.witness.key),
        envelopes: there.flatMap((index) => held.envelopes[index] ?? []),
        identities: there.flatMap((index) => custody.identities[index] ?? []),
        site: SITE,
        person: "a.person",
        askedBy: "the head of the register",
        reason: "a member does not start",
        hours: 1,
        now: new Date(),
        ...change,
    });
}

/** The API server, with these credentials. */
function as(credentials: string): ApiServer {
    const kubeconfig = inFolder(`${new X509Certificate(credentials).serialNumber}.kubeconfig`);
    const config = {
        clusters: [{ name: "test", cluster: { server: api.server, "insecure-skip-tls-verify": true } }],
        users: [
            {
                name: "test",
                user: {
                    "client-certificate-data": base64(new X509Certificate(credentials).toString()),
                    "client-key-data": base64(
                        createPrivateKey(credentials).export({ type: "pkcs8", format: "pem" }).toString(),
                    ),
                },
            },
        ],
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        "current-context": "test",
    };
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    return { ...api, kubeconfig };
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}

const POD = ["--namespace=registry-land", "database-0"];
const WAYS: Readonly<Record<string, readonly string[]>> = {
    "pods/exec": ["exec", ...POD, "--", "id"],
    "pods/attach": ["attach", ...POD],
    // `kubectl port-forward` would first ask whether the pod runs.
    "pods/portforward": ["get", "--raw", "/api/v1/namespaces/registry-land/pods/database-0/portforward?ports=5432"],
    "pods/ephemeralcontainers": ["debug", ...POD, `--image=${image()}`],
};
const PROXIES: Readonly<Record<string, string>> = {
    "pods/proxy": "/api/v1/namespaces/registry-land/pods/database-0/proxy/",
    "services/proxy": "/api/v1/namespaces/registry-land/services/kept/proxy/",
    "nodes/proxy": "/api/v1/nodes/a1-1/proxy/pods",
};

function image(): string {
    return `registry.embassy.internal:5000/postgres@sha256:${"0".repeat(64)}`;
}

function enter(who: ApiServer, way: string, ...more: string[]): () => void {
    return () => void kubectl(who, [...(WAYS[way] ?? ["get", "--raw", PROXIES[way] ?? ""]), ...more]);
}

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "break-glass-"));
    custody = await fixture();
    held = await hold(custody, new Date());
    writeFileSync(inFolder("clients.crt"), held.transcript.breakGlass ?? "");
    writeFileSync(inFolder("audit.yaml"), stringify(AUDIT_POLICY));
    api = await startApiServer({
        "kube-apiserver": [
            `--client-ca-file=${inFolder("clients.crt")}`,
            `--audit-policy-file=${inFolder("audit.yaml")}`,
            `--audit-log-path=${inFolder("audit.log")}`,
        ],
    });
    const declared = await renderPlan(SITE, plan(parseConfig(SITE, stackValues(SITE))));
    const items = [
        ...declared.filter(({ name }) => name.startsWith("break-glass")).map(({ inputs }) => inputs),
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "registry-land" } },
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: "default", namespace: "registry-land" },
            automountServiceAccountToken: false,
        },
        { apiVersion: "v1", kind: "Node", metadata: { name: "a1-1" } },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "kept", namespace: "registry-land" },
            spec: { ports: [{ port: 80 }] },
        },
        pod(),
    ];
    kubectl(api, ["apply", "--server-side", "-f", "-"], { apiVersion: "v1", kind: "List", items });
    await settled(POLICY, enter(api, "pods/exec"), "refused");
});
afterAll(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
});

function pod(): object {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "database-0", namespace: "registry-land" },
        spec: { nodeName: "a1-1", containers: [{ name: "main", image: image() }] },
    };
}

describe("a way into a pod", () => {
    it.each([...Object.keys(WAYS), ...Object.keys(PROXIES)])("is closed to administrators: %s", (way) => {
        expect(enter(api, way)).toThrow(NOBODY);
    });

    it("is closed by a name alone: what is called as etcd's pods are is not one of them", () => {
        const forward = (pod: string): (() => void) => {
            const path = `/api/v1/namespaces/kube-system/pods/${pod}/portforward?ports=2379`;
            return () => void kubectl(api, ["get", "--raw", path]);
        };
        expect(forward("etcd-x")).toThrow(NOBODY);
        // The request is allowed, but this test has no such pod.
        expect(forward("etcd-a1-3")).toThrow(/not found/i);
    });

    it("is closed to an administrator who takes on the group, or asks the cluster for a certificate with it", async () => {
        const taken = ["--as=embassy:break-glass:x", "--as-group=embassy:break-glass:luxembourg"];
        expect(enter(api, "pods/exec", ...taken)).toThrow(NOBODY);
        const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
            "sign",
            "verify",
        ]);
        const request = await x509.Pkcs10CertificateRequestGenerator.create({
            name: "O=embassy:break-glass:luxembourg,CN=embassy:break-glass:x",
            keys,
            signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
        });
        const asked = (signerName: string) => (): void => {
            kubectl(api, ["create", "--dry-run=server", "-f", "-"], {
                apiVersion: "certificates.k8s.io/v1",
                kind: "CertificateSigningRequest",
                metadata: { name: "tried" },
                spec: { request: base64(request.toString("pem")), signerName, usages: ["client auth"] },
            });
        };
        expect(asked("kubernetes.io/kube-apiserver-client")).toThrow(NOBODY);
        expect(outcome(POLICY, asked("example.org/other"))).toBe("let through");
    });

    it.each(Object.keys(WAYS))("is open to whom three custodians let in: %s", async (way) => {
        const { credentials } = await given();
        // The API server lets the request pass, but there is no kubelet to answer it.
        const said = outcome(POLICY, enter(as(credentials), way));
        expect(said).not.toMatch(/refused|[Ff]orbidden|Unauthorized/);
        expect(said).toMatch(way === "pods/ephemeralcontainers" ? /let through/ : /no preferred addresses|upgrade/i);
    });

    it("is all that is open to them", async () => {
        const person = as((await given()).credentials);
        expect(kubectl(person, ["get", "pods", "--all-namespaces", "-o", "name"]).trim()).toBe("pod/database-0");
        for (const args of [
            ["get", "secrets", "--all-namespaces"],
            ["delete", "pod", ...POD],
            ["get", "--raw", PROXIES["nodes/proxy"] ?? ""],
            ["create", "namespace", "another"],
        ]) {
            expect(() => kubectl(person, args)).toThrow(/Forbidden|forbidden/);
        }
    });

    it("is closed when the hour is over, in another site, and to another authority's", async () => {
        const before = new Date(Date.now() - 2 * 3_600_000);
        expect(enter(as((await given({ now: before })).credentials), "pods/exec")).toThrow(/Unauthorized|logged in/);
        expect(enter(as((await given({ site: "tallinn" })).credentials), "pods/exec")).toThrow(/forbidden/);
        const subject = { commonName: "embassy:break-glass:x", organization: "embassy:break-glass:luxembourg" };
        const strange = await issueLeaf(await issueAuthority({ commonName: "embassy:break-glass" }, 1), subject, 1);
        expect(enter(as(strange), "pods/exec")).toThrow(/Unauthorized|logged in/);
    });

    it("is not given by two custodians, nor without a reason, nor for a day", async () => {
        await expect(given({}, [0, 2])).rejects.toThrow("break-glass needs 3 shares, and 2 can be used");
        await expect(given({ reason: " " })).rejects.toThrow("--reason is empty");
        await expect(given({ hours: 24 })).rejects.toThrow("it must be 4 or less");
        await expect(given({ person: "A Person" })).rejects.toThrow("--person is");
    });
});

describe("the audit log", () => {
    interface Event {
        readonly verb: string;
        readonly requestURI: string;
        readonly user: { readonly username: string; readonly extra?: Readonly<Record<string, string[]>> };
        readonly responseStatus?: { readonly code?: number };
        readonly objectRef?: { readonly name?: string; readonly subresource?: string };
    }
    const events = (): Event[] =>
        readFileSync(inFolder("audit.log"), "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Event);

    it("has who was in which pod with which command, and the certificate that is in the record", async () => {
        const { credentials, record } = await given({ person: "another" });
        outcome(POLICY, () => void kubectl(as(credentials), ["exec", ...POD, "--", "cat", "/a/file"]));
        expect(events()).toContainEqual(
            expect.objectContaining({
                user: expect.objectContaining({
                    username: "embassy:break-glass:another",
                    extra: { "authentication.kubernetes.io/credential-id": [`X509SHA256=${record.certificate}`] },
                }) as object,
                requestURI: expect.stringMatching(
                    /\/registry-land\/pods\/database-0\/exec\?command=cat&command=%2Fa%2Ffile/,
                ) as string,
            }),
        );
    });

    it("has who tried", () => {
        outcome(POLICY, enter(api, "pods/attach"));
        const refused = events().filter(
            ({ user, objectRef, responseStatus }) =>
                user.username === "tester" && objectRef?.subresource === "attach" && responseStatus?.code === 403,
        );
        expect(refused).not.toEqual([]);
    });

    it("has no key", () => {
        expect(readFileSync(inFolder("audit.log"), "utf8")).not.toContain("PRIVATE KEY");
    });
});
