/** How the provider finds and corrects differences from what is declared, in a real API server. */
import { type PropertyMap } from "../../../../toolchain/plugin/values";
import { OWNER, type Thing, thing, realCluster } from "./real-cluster";
import { THINGS } from "./things";

const { configured, kubectl, check, create, read, refreshed, diff, update, destroy } = realCluster();

describe("drift", () => {
    it("of a policy is shown, and mended in spite of kubectl's ownership", async () => {
        const made = await create((THINGS["NetworkPolicy"] as () => Thing)());
        const patch = [
            { op: "add", path: "/spec/ingress/-", value: {} },
            { op: "add", path: "/spec/ingress/0/from/0/namespaceSelector", value: {} },
            { op: "replace", path: "/spec/podSelector", value: { matchLabels: { only: "this" } } },
        ];
        await kubectl("patch", "networkpolicy", "np", "--type=json", "-p", JSON.stringify(patch));
        const drifted = await refreshed(made);
        expect(await diff(drifted, made.inputs)).toEqual({
            "spec.ingress[0].from[0].namespaceSelector": "delete",
            "spec.ingress[1]": "delete",
            "spec.podSelector.matchLabels": "delete",
        });
        expect(await update(drifted, made.inputs, { preview: true })).toMatchObject({
            properties: { spec: { podSelector: {} } },
        });
        const mended = await refreshed(await update(drifted, made.inputs));
        expect(mended.inputs).toEqual(made.inputs);
        expect(await diff(mended, made.inputs)).toEqual({});
        await destroy(mended);
    });

    it("of a deleted object is that it is gone", async () => {
        const made = await create((THINGS["PodDisruptionBudget"] as () => Thing)());
        await kubectl("delete", "pdb", "pdb");
        expect(await read(made)).toBeUndefined();
    });

    it("of a key added by hand is shown and removed; a controller's is not", async () => {
        const made = await create((THINGS["ConfigMap"] as () => Thing)());
        await kubectl("patch", "configmap", "config", "-p", '{"data":{"extra":"by hand"}}');
        await kubectl(
            "patch",
            "configmap",
            "config",
            "--field-manager=controller",
            "-p",
            '{"data":{"other":"machine"}}',
        );
        const drifted = await refreshed(made);
        expect(await diff(drifted, made.inputs)).toEqual({ "data.extra": "delete" });
        const mended = await update(drifted, made.inputs);
        expect(mended.properties["data"]).toEqual({ limits: "1024Mi", other: "machine" });
        await destroy(mended);
    });
});

describe("update", () => {
    it("removes what the program no longer says", async () => {
        const made = await create(thing("v1", "ConfigMap", "shrinking", { data: { a: "1", b: "2" } }));
        const news = { ...made.inputs, data: { a: "1" } };
        expect(await diff(made, news)).toEqual({ "data.b": "delete" });
        expect((await update(made, news)).properties["data"]).toEqual({ a: "1" });
        await destroy(made);
    });

    it("removes it too from an object that was created without apply", async () => {
        const posting = configured({});
        const made = await create(thing("v1", "ConfigMap", "posted", { data: { a: "1", b: "2" } }), posting);
        const news = { ...made.inputs, data: { a: "1" } };
        expect((await update(made, news)).properties["data"]).toEqual({ a: "1" });
        await destroy(made);
    });

    it("writes nothing older over what another manager renews, where that is ignored, also by force", async () => {
        const made = await create(thing("v1", "Secret", "renewed", { stringData: { "tls.crt": "first" } }));
        const second = Buffer.from("second").toString("base64");
        const patch = JSON.stringify({ data: { "tls.crt": second } });
        await kubectl("patch", "secret", "renewed", "--field-manager=cert-manager", "-p", patch);
        const metadata = { ...(made.inputs["metadata"] as object), labels: { role: "primary" } };
        const forced = { ...metadata, annotations: { ...OWNER, "pulumi.com/patchForce": "true" } };
        const news = { ...made.inputs, metadata: forced } as PropertyMap;
        await update(made, news, { ignoreChanges: ["stringData", "data"] });
        const found = await kubectl(
            "get",
            "secret",
            "renewed",
            "-o",
            "jsonpath={.data.tls\\.crt} {.metadata.labels.role}",
        );
        expect(found).toBe(`${second} primary`);
    });

    it("names the other manager of a field, unless it is forced or ignored", async () => {
        const made = await create(thing("v1", "ConfigMap", "contested", { data: { a: "1" } }));
        await kubectl("patch", "configmap", "contested", "--field-manager=operator", "-p", '{"data":{"a":"2"}}');
        const news = { ...made.inputs, data: { a: "3" } };
        await expect(update(made, news)).rejects.toThrow(
            /ConfigMap land\/contested: \.data\.a belongs to field manager "operator"/,
        );
        expect((await update(made, news, { ignoreChanges: ["data.a"] })).properties["data"]).toEqual({ a: "2" });
        const forced = {
            ...news,
            metadata: {
                ...(news["metadata" as keyof typeof news] as object),
                annotations: { ...OWNER, "pulumi.com/patchForce": "true" },
            },
        };
        expect((await update(made, forced as PropertyMap)).properties["data"]).toEqual({ a: "3" });
        await destroy(made);
    });

    it("hands fields over to another field manager", async () => {
        const made = await create(thing("v1", "ConfigMap", "handed", { data: { a: "1" } }));
        const renamed = thing(
            "v1",
            "ConfigMap",
            "handed",
            { data: { a: "1" } },
            { annotations: { "pulumi.com/patchFieldManager": "other" } },
        );
        const after = await update(made, await check(renamed));
        expect(after.properties["__fieldManager"]).toBe("other");
        const managers = await kubectl(
            "get",
            "configmap",
            "handed",
            "--show-managed-fields",
            "-o=jsonpath={.metadata.managedFields[*].manager}",
        );
        expect(managers).toBe("other");
        await destroy(after);
    });

    it("works without server-side apply", async () => {
        const plain = configured({ enableServerSideApply: "false", enableConfigMapMutable: "true" });
        const made = await create(thing("v1", "ConfigMap", "plain", { data: { a: "1", b: "2" } }), plain);
        const news = { ...made.inputs, data: { a: "3" } };
        const request = { ...made, oldInputs: made.inputs, olds: made.properties, news, timeout: 0, preview: false };
        expect((await plain.update(request))["data"]).toEqual({ a: "3" });
        await destroy(made);
    });
});
