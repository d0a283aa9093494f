/** What the provider waits for in a real API server, and what it does without one. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { KubernetesProvider } from "../../../../toolchain/providers/kubernetes/provider";
import { InitFailed } from "../../../../toolchain/plugin/provider";
import { type PropertyMap, reveal } from "../../../../toolchain/plugin/values";
import { LABELLED, type Made, OWNER, type Thing, thing, realCluster } from "./real-cluster";

const { api, provider, configured, kubectl, create, read, destroy } = realCluster();

describe("waiting", () => {
    const deployment = (name: string): Thing =>
        thing("apps/v1", "Deployment", name, {
            spec: { replicas: 1, selector: { matchLabels: { app: "web" } }, template: LABELLED },
        });

    it("ends when the object is ready", async () => {
        const made = create(deployment("patient"));
        const status = {
            replicas: 1,
            updatedReplicas: 1,
            availableReplicas: 1,
            readyReplicas: 1,
            observedGeneration: 99,
        };
        // The status is written repeatedly: without nodes it would never be ready, and the controller may overwrite it once.
        const interval = setInterval(() => {
            void kubectl(
                "patch",
                "deployment",
                "patient",
                "--subresource=status",
                "--type=merge",
                "-p",
                JSON.stringify({ status }),
            ).catch(() => undefined);
        }, 300);
        const ready = await made.finally(() => clearInterval(interval));
        expect(reveal(ready.properties)["status"]).toMatchObject({ availableReplicas: 1 });
        await destroy(ready);
    });

    it("ends with reasons when time is up, and the state is kept", async () => {
        const failure = await create(deployment("late"), provider(), 2).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(InitFailed);
        const { id, properties, reasons } = failure as InitFailed;
        expect(id).toBe("land/late");
        expect(properties["metadata"]).toMatchObject({ name: "late" });
        expect(reasons.join("\n")).toMatch(
            /Deployment land\/late exists but is not ready\nnot ready after 2 s\n.*available/,
        );
        await kubectl("delete", "deployment", "late");
    });

    it("ends when the run is cancelled", async () => {
        const other = configured({ upsertExistingObjects: "true" });
        const made = create(deployment("cancelled"), other);
        setTimeout(() => other.cancel(), 1000);
        await expect(made).rejects.toThrow(/the run was cancelled/);
        await kubectl("delete", "deployment", "cancelled");
    });

    it("follows pulumi.com/waitFor and skipAwait", async () => {
        const annotated = (name: string, key: string, value: string): Thing =>
            thing(
                "apps/v1",
                "Deployment",
                name,
                { spec: deployment(name).news["spec"] ?? null },
                { annotations: { ...OWNER, [key]: value } },
            );
        const skipped = await create(annotated("skipped", "pulumi.com/skipAwait", "true"));
        await destroy(skipped);
        const waited = await create(annotated("waited", "pulumi.com/waitFor", "jsonpath={.status.observedGeneration}"));
        expect(reveal(waited.properties)["status"]).toHaveProperty("observedGeneration");
        await destroy(waited);
    });
});

describe("a cluster that is not there", () => {
    const gone = (args: PropertyMap = {}): KubernetesProvider => {
        const result = new KubernetesProvider();
        const cluster = {
            clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
            users: [{ name: "u", user: {} }],
        };
        const context = {
            contexts: [{ name: "home", context: { cluster: "c", user: "u" } }],
            "current-context": "home",
        };
        result.configure({
            kubeconfig: JSON.stringify({ apiVersion: "v1", kind: "Config", ...cluster, ...context }),
            ...args,
        });
        return result;
    };
    const of = (): Made => ({
        ...thing("v1", "ConfigMap", "a", {}),
        id: "land/a",
        inputs: { kind: "ConfigMap" },
        properties: {},
    });
    const message =
        /cannot reach.*context "home", server https:\/\/127.0.0.1:1.*ECONNREFUSED.*Nothing in it is taken for deleted/;

    it("fails whatever asks or changes it with one clear error; a preview goes on without it (unreachable.test.ts)", async () => {
        const away = gone();
        const made = of();
        await expect(away.create({ ...made, properties: made.news, timeout: 0, preview: false })).rejects.toThrow(
            message,
        );
        await expect(away.read(made)).rejects.toThrow(message);
        await expect(away.delete({ ...made, oldInputs: {}, timeout: 0 })).rejects.toThrow(message);
    });

    it("drops its resources only where that is asked for", async () => {
        expect(await gone({ deleteUnreachable: "true" }).read(of())).toBeUndefined();
        await expect(
            gone({ deleteUnreachable: "true" }).delete({ ...of(), oldInputs: {}, timeout: 0 }),
        ).resolves.toBeUndefined();
        expect(await gone({ skipUpdateUnreachable: "true" }).read(of())).toMatchObject({ id: "land/a" });
    });

    it("is not mistaken for one that answers, but without the object's kind", async () => {
        const proxy = http.createServer((request, response) => {
            response.writeHead(request.url === "/version" ? 200 : 404, { "content-type": "application/json" });
            response.end(request.url === "/version" ? "{}" : '"no such page"');
        });
        await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
        const server = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
        const behind = new KubernetesProvider();
        behind.configure({
            kubeconfig: JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name: "c", cluster: { server } }],
                users: [{ name: "u", user: {} }],
                contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
                "current-context": "c",
            }),
        });
        await expect(behind.read(of())).rejects.toThrow(/404/);
        proxy.close();
    });

    it("is still told from deletion when it goes away in the middle of a run", async () => {
        const made = await create(thing("v1", "ConfigMap", "left", {}));
        await api().stopApiServer();
        await expect(read(made)).rejects.toThrow(/cannot reach.*ECONNREFUSED/);
    });
});
