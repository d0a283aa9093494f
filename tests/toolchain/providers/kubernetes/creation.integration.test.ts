/** What is created in a real API server, and what a preview says about it. */
import { type PropertyMap, UNKNOWN, reveal } from "../../../../toolchain/plugin/values";
import { type Made, type Thing, policy, thing, realCluster } from "./real-cluster";

const { configured, kubectl, check, create, preview, read, refreshed, update, destroy } = realCluster();

describe("create", () => {
    it("refuses what exists, without upsert", async () => {
        const posting = configured({});
        const made = await create(thing("v1", "ConfigMap", "twice", {}), posting);
        await expect(create(made, posting)).rejects.toThrow(/ConfigMap land\/twice: it exists already.*pulumi import/);
        await destroy(made);
    });

    it("waits for its namespace", async () => {
        const made = create(thing("v1", "ConfigMap", "early", {}, { namespace: "later" }));
        await new Promise((resolve) => setTimeout(resolve, 200));
        const namespace = await create(thing("v1", "Namespace", "later", {}));
        expect((await made).id).toBe("later/early");
        await destroy(namespace);
    });

    describe("of a Service whose address is taken", () => {
        /** Takes an address for the Service `owner` without creating that, as an API server does that is killed in between. */
        async function taken(owner: string): Promise<{ address: Made; service: Thing }> {
            const first = await kubectl(
                "get",
                "-n",
                "default",
                "service/kubernetes",
                "-o",
                "jsonpath={.spec.clusterIP}",
            );
            const ip = first.replace(/\d+$/, "77");
            const parentRef = { resource: "services", namespace: "land", name: owner };
            const address = await create(thing("networking.k8s.io/v1", "IPAddress", ip, { spec: { parentRef } }));
            return {
                address,
                service: thing("v1", "Service", "fixed", { spec: { clusterIP: ip, ports: [{ port: 80 }] } }),
            };
        }

        it("waits, where an earlier try at the same Service took it, until the API server has freed it", async () => {
            const { address, service } = await taken("fixed");
            const made = create(service);
            await new Promise((resolve) => setTimeout(resolve, 500));
            await destroy(address);
            expect((await made).id).toBe("land/fixed");
            await destroy(await made);
        });

        it("fails where another Service has it", async () => {
            const { address, service } = await taken("other");
            await expect(create(service)).rejects.toThrow(/Service land\/fixed.*already allocated/);
            await destroy(address);
        });
    });

    it("says which field is unknown", async () => {
        await expect(create(thing("v1", "ConfigMap", "typo", { dta: {} }), configured({}))).rejects.toThrow(
            /unknown field "dta"/,
        );
        await expect(create(policy("typo", { podSelectr: {} }))).rejects.toThrow(/\.spec\.podSelectr/);
    });

    it("hides secret values that the API server quotes", async () => {
        const bad = thing("v1", "Secret", "bad", { data: { password: "hunter22-not-base64" } });
        const failing = create(bad);
        await expect(failing).rejects.toThrow(/Secret land\/bad/);
        await expect(failing).rejects.not.toThrow(/hunter22/);
    });
});

describe("preview", () => {
    it("changes nothing, and makes nothing up", async () => {
        const of = thing("v1", "Service", "shown", { spec: { ports: [{ port: 80 }] } });
        const shown = await preview(of);
        expect(shown).toMatchObject({ spec: { clusterIP: UNKNOWN, type: "ClusterIP" }, metadata: { uid: UNKNOWN } });
        expect(shown["status"]).toBeUndefined();
        await expect(kubectl("get", "service", "shown")).rejects.toThrow(/not found/);
    });

    it("fails for what the API server would refuse", async () => {
        await expect(preview(policy("bad", { podSelector: {}, policyTypes: ["Sideways"] }))).rejects.toThrow(
            /Sideways/,
        );
    });

    it.each<[string, () => Thing]>([
        ["an unknown value", () => thing("v1", "ConfigMap", "a", { data: { a: UNKNOWN } })],
        ["a namespace to be made", () => thing("v1", "ConfigMap", "a", {}, { namespace: "unborn" })],
        ["a kind to be made", () => thing("example.com/v1", "Unborn", "a", {})],
    ])("lets %s pass", async (_, of) => {
        const given = of();
        expect(await preview(given)).toEqual(await check(given));
    });
});

describe("custom resources", () => {
    const crd = (more: PropertyMap = {}): Thing =>
        thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
            spec: {
                group: "example.com",
                scope: "Namespaced",
                names: { kind: "Widget", plural: "widgets", singular: "widget" },
                versions: [
                    {
                        name: "v1",
                        served: true,
                        storage: true,
                        schema: {
                            openAPIV3Schema: {
                                type: "object",
                                properties: {
                                    spec: {
                                        type: "object",
                                        properties: {
                                            parts: {
                                                type: "array",
                                                items: { type: "string" },
                                                x_kubernetes_list_type: "set",
                                            },
                                            size: { type: "integer", default: 1 },
                                            ...more,
                                        },
                                    },
                                },
                            },
                        },
                    },
                ],
            },
        });
    const widget = (): Thing => thing("example.com/v1", "Widget", "widget", { spec: { parts: ["a"] } });

    it("follow their definition, and are gone with it", async () => {
        const early = create(widget());
        const definition = await create(crd());
        const made = await early;
        expect(reveal(made.properties)["spec"]).toEqual({ parts: ["a"], size: 1 });
        expect((await refreshed(made)).inputs).toEqual(made.inputs);
        expect((await refreshed(definition)).inputs).toEqual(definition.inputs);

        const changed = await update(definition, await check(crd({ colour: { type: "string" } })));
        const adopted = await create(changed);
        expect(adopted.id).toBe("widgets.example.com");

        await destroy(adopted);
        expect(await read(made, configured({}))).toBeUndefined();
        await destroy(made);
    });
});
