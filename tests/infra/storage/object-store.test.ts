import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { type Rendered, renderStack } from "../../support/render";
import { stackValues } from "../../support/stacks";

const { objectStore } = plan(parseConfig("tallinn", stackValues("tallinn")));

interface Container {
    readonly name: string;
    readonly env?: readonly { readonly name: string }[];
    readonly volumeMounts: readonly { readonly name: string }[];
}

interface Pod {
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly { readonly name: string; readonly secret?: { readonly items?: readonly object[] } }[];
}

describe("a site's object store", () => {
    let pod: Pod;
    beforeAll(async () => {
        const resources = await renderStack("tallinn");
        const { inputs } = resources.find(({ name }) => name === "object-store-server") as Rendered;
        pod = (inputs["spec"] as { template: { spec: Pod } }).template.spec;
    });

    it("has a bucket for each registry, named like its namespace, one for the audit log of the other site, and one to be tested in", () => {
        expect(objectStore.buckets).toEqual([
            "registry-taxes",
            "registry-land",
            "registry-businesses",
            "registry-identity-documents",
            "registry-pensions",
            "registry-legislation",
            "registry-population",
            "self-test",
            "audit-luxembourg",
        ]);
    });

    it("is known by the site's name to others, and by the same name on every site to its own cluster", () => {
        expect(objectStore.dnsNames).toContain("objects.tallinn.embassy.internal");
        expect(objectStore.dnsNames).toContain("object-store.object-store.svc");
    });

    it("is one container, with its certificate, its users and its buckets in files, and no secret in a variable", () => {
        expect(pod.initContainers).toBeUndefined();
        expect(pod.containers.map(({ name }) => name)).toEqual(["object-store"]);
        const [store] = pod.containers;
        expect(store?.volumeMounts.map(({ name }) => name)).toEqual(["data", "certificate", "users", "buckets"]);
        expect(store?.env?.filter((variable) => "valueFrom" in variable)).toEqual([]);
        // Each volume lists the keys that it needs, so that the pod does not get the whole Secret.
        expect(pod.volumes.filter(({ secret }) => secret && !secret.items)).toEqual([]);
    });
});
