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
    readonly initContainers: readonly Container[];
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

    it("has a bucket for each registry, named like its namespace, and one to be tested in", () => {
        expect(objectStore.buckets).toEqual([
            "registry-taxes",
            "registry-land",
            "registry-businesses",
            "registry-identity-documents",
            "registry-pensions",
            "registry-legislation",
            "registry-population",
            "self-test",
        ]);
    });

    it("is known by the site's name to others, and by the same name on every site to its own cluster", () => {
        expect(objectStore.dnsNames).toContain("objects.tallinn.embassy.internal");
        expect(objectStore.dnsNames).toContain("object-store.object-store.svc");
    });

    it("starts after what takes its events", () => {
        expect(pod.initContainers.map(({ name }) => name)).toEqual([
            "folders",
            "retention-agent",
            "object-store-controller",
        ]);
        expect(pod.containers.map(({ name }) => name)).toEqual(["object-store"]);
    });

    it("shows each container the keys that it needs and no other", () => {
        const keys = pod.volumes.filter(({ secret }) => secret).map(({ name }) => name);
        const seen = (container: Container): string[] =>
            container.volumeMounts.map(({ name }) => name).filter((name) => keys.includes(name));
        expect(
            Object.fromEntries([...pod.initContainers, ...pod.containers].map((one) => [one.name, seen(one)])),
        ).toEqual({
            folders: [],
            "retention-agent": ["retention-agent", "authority"],
            "object-store-controller": ["administrator", "authority", "users"],
            "object-store": ["certificate"],
        });
        // A Secret's keys one by one: all of it would be more.
        expect(pod.volumes.filter(({ secret }) => secret && !secret.items)).toEqual([]);
    });

    it("lets nobody but the controller reach its administration", () => {
        const mounted = [...pod.initContainers, ...pod.containers].filter(({ volumeMounts }) =>
            volumeMounts.some(({ name }) => name === "administration"),
        );
        expect(mounted.map(({ name }) => name)).toEqual(["object-store-controller", "object-store"]);
    });
});
