/** What the provider asks an API server, and what it makes of the answers, which each test determines. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { KubernetesProvider } from "../../../../toolchain/providers/kubernetes/provider";
import { InitFailed } from "../../../../toolchain/plugin/provider";
import type { PlainMap, PropertyMap } from "../../../../toolchain/plugin/values";

interface Asked {
    readonly method: string;
    readonly path: string;
    readonly authorization: string | undefined;
}
type Answer = [status: number, body: PlainMap];

let server: http.Server;
let answer: (asked: Asked) => Answer;
let asked: Asked[];
let folder: string;

beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "live-"));
    server = http.createServer((request, response) => {
        const { method = "", url = "", headers } = request;
        const each = { method, path: url.split("?")[0] ?? "", authorization: headers.authorization };
        asked.push(each);
        const [status, body] = each.path === "/version" ? ([200, {}] as Answer) : answer(each);
        request.resume().on("end", () => {
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
    asked = [];
    answer = () => [200, { items: [] }];
});
afterAll(() => {
    server.close();
    fs.rmSync(folder, { recursive: true });
});

function provider(user: PlainMap = {}, more: PropertyMap = {}): KubernetesProvider {
    const file = path.join(folder, "kubeconfig");
    const config = {
        clusters: [{ name: "a", cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
        contexts: [{ name: "a", context: { cluster: "a", user: "a", namespace: "land" } }],
        users: [{ name: "a", user }],
        "current-context": "a",
    };
    fs.writeFileSync(file, JSON.stringify(config));
    const result = new KubernetesProvider();
    result.configure({ kubeconfig: file, ...more });
    return result;
}

function of(type: string): { type: string; name: string; urn: string } {
    return { type, name: "a", urn: `urn:pulumi:s::p::${type}::a` };
}

describe("a refresh", () => {
    const inputs = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "a", namespace: "land" },
        spec: { replicas: 2 },
    };
    const live = (available: number): PlainMap => ({
        ...inputs,
        metadata: { ...inputs.metadata, uid: "1", generation: 1 },
        status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: available },
    });
    const request = { ...of("kubernetes:apps/v1:Deployment"), id: "land/a" };
    const serve = (available: number): void => {
        answer = ({ path: at }) => [200, at.endsWith("/deployments/a") ? live(available) : { items: [] }];
    };

    it("keeps what an object is not ready for, with the object as it is now", async () => {
        serve(1);
        const failure = await provider()
            .read({ ...request, inputs, properties: inputs })
            .catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(InitFailed);
        const { id, properties, reasons } = failure as InitFailed;
        expect({ id, status: properties["status"] }).toEqual({ id: "land/a", status: live(1)["status"] });
        expect(reasons.join()).toMatch(/Deployment land\/a exists but is not ready.*1 available/);
    });

    it("forgets it once the object is ready", async () => {
        serve(2);
        expect(await provider().read({ ...request, inputs, properties: inputs })).toMatchObject({ id: "land/a" });
    });

    it("that is an import takes the object as it is", async () => {
        serve(1);
        expect(await provider().read({ ...request, inputs: {}, properties: {} })).toMatchObject({ id: "land/a" });
    });
});

it("a Job that failed since is made anew where its annotation asks for it", async () => {
    const news: PropertyMap = {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "a", namespace: "land", annotations: { "pulumi.com/replaceUnready": "true" } },
    };
    answer = () => [200, { ...news, status: { conditions: [{ type: "Failed", status: "True" }] } }];
    const request = { ...of("kubernetes:batch/v1:Job"), id: "land/a", oldInputs: news, olds: news, news };
    const { detailedDiff } = await provider().diff({ ...request, ignoreChanges: [] });
    expect(Object.keys(detailedDiff)).toEqual(['metadata.annotations["pulumi.com/replaceUnready"]']);
});

it("a patch that owns what its object cannot be without says how to let go of it", async () => {
    const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", namespace: "land" } };
    const causes = [{ reason: "FieldValueRequired", field: "spec.template", message: "Required value" }];
    answer = () => [422, { kind: "Status", reason: "Invalid", message: "no", details: { name: "a", causes } }];
    const request = { ...of("kubernetes:apps/v1:DeploymentPatch"), id: "land/a", oldInputs: inputs };
    await expect(provider().delete({ ...request, properties: inputs, timeout: 0 })).rejects.toThrow(
        /Deployment land\/a: it owns spec\.template.*retainOnDelete/,
    );
});

describe("a user's token", () => {
    const read = async (user: PlainMap): Promise<(string | undefined)[]> => {
        answer = () => [404, { kind: "Status", reason: "NotFound", details: { name: "a" } }];
        const request = { ...of("kubernetes:core/v1:ConfigMap"), id: "land/a", inputs: {}, properties: {} };
        expect(await provider(user).read(request)).toBeUndefined();
        return asked.map(({ authorization }) => authorization);
    };

    it("is read from its tokenFile, beside the kubeconfig, rather than from token", async () => {
        fs.writeFileSync(path.join(folder, "token"), "from-file");
        expect(new Set(await read({ token: "old", tokenFile: "token" }))).toEqual(new Set(["Bearer from-file"]));
    });

    it("is what an exec plugin says", async () => {
        const status = { token: "from-plugin" };
        const said = JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status });
        const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "echo", args: [said] };
        expect(new Set(await read({ exec }))).toEqual(new Set(["Bearer from-plugin"]));
    });
});
