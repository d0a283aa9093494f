/** Runs the provider against a real API server and controller manager. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { KubernetesProvider } from "../../../../toolchain/providers/kubernetes/provider";
import type { Target, UpdateRequest } from "../../../../toolchain/plugin/provider";
import type { PropertyMap } from "../../../../toolchain/plugin/values";
import { type ApiServer, startApiServer } from "../../../support/apiserver";

const KUBECTL = path.resolve(__dirname, "../../../../.embassy/bin/kubectl");
export const OWNER = { "pulumi.com/patchFieldManager": "data-embassy" };

export interface Thing extends Target {
    readonly news: PropertyMap;
}

export function thing(
    apiVersion: string,
    kind: string,
    name: string,
    rest: PropertyMap,
    metadata: PropertyMap = {},
): Thing {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
    const type = `kubernetes:${group}/${version}:${kind}`;
    const cluster = ["Namespace", "CustomResourceDefinition", "StorageClass", "IPAddress"].includes(kind);
    return {
        type,
        name,
        urn: `urn:pulumi:s::p::${type}::${name}`,
        news: {
            apiVersion,
            kind,
            metadata: { name, annotations: { ...OWNER }, ...(!cluster && { namespace: "land" }), ...metadata },
            ...rest,
        },
    };
}

export interface Made extends Thing {
    readonly id: string;
    readonly inputs: PropertyMap;
    readonly properties: PropertyMap;
}

export const policy = (name: string, spec: PropertyMap): Thing =>
    thing("networking.k8s.io/v1", "NetworkPolicy", name, { spec });

const POD = { spec: { containers: [{ name: "web", image: "web", ports: [{ containerPort: 80 }] }] } };
export const LABELLED = { metadata: { labels: { app: "web" } }, ...POD };

/** Starts an API server with the namespace `land` for the tests of a file. Nothing of it may be used before the tests run. */
export function realCluster() {
    // The controller takes some seconds to delete a namespace.
    jest.setTimeout(60_000);
    let api: ApiServer;
    let provider: KubernetesProvider;

    beforeAll(async () => {
        api = await startApiServer();
        provider = configured({
            upsertExistingObjects: "true",
            enableSecretMutable: "true",
            enableConfigMapMutable: "true",
        });
        await create(thing("v1", "Namespace", "land", {}));
    }, 90_000);

    afterAll(async () => {
        await api.stop();
    }, 30_000);

    function configured(args: PropertyMap): KubernetesProvider {
        const result = new KubernetesProvider();
        result.configure({ kubeconfig: api.kubeconfig, ...args });
        return result;
    }

    async function kubectl(...args: string[]): Promise<string> {
        const { stdout } = await promisify(execFile)(KUBECTL, ["--kubeconfig", api.kubeconfig, "-n", "land", ...args]);
        return stdout;
    }

    async function check(of: Thing, by: KubernetesProvider = provider): Promise<PropertyMap> {
        const result = await by.check({ ...of, olds: {}, randomSeed: new Uint8Array() });
        expect(result.failures ?? []).toEqual([]);
        return result.inputs;
    }

    async function create(of: Thing, by: KubernetesProvider = provider, timeout = 0): Promise<Made> {
        const inputs = await check(of, by);
        const { id, properties } = await by.create({ ...of, properties: inputs, timeout, preview: false });
        return { ...of, id, inputs, properties };
    }

    const preview = async (of: Thing, by: KubernetesProvider = provider): Promise<PropertyMap> =>
        (await by.create({ ...of, properties: await check(of, by), timeout: 0, preview: true })).properties;

    const read = (made: Made, by: KubernetesProvider = provider): ReturnType<KubernetesProvider["read"]> =>
        by.read(made);

    async function refreshed(made: Made): Promise<Made> {
        const found = await read(made);
        expect(found).toBeDefined();
        return { ...made, inputs: found?.inputs ?? {}, properties: found?.properties ?? {} };
    }

    async function diff(made: Made, news: PropertyMap): Promise<Record<string, string>> {
        const request = { ...made, oldInputs: made.inputs, olds: made.properties, news, ignoreChanges: [] };
        const { detailedDiff } = await provider.diff(request);
        return Object.fromEntries(Object.entries(detailedDiff).map(([key, { kind }]) => [key, kind]));
    }

    async function update(made: Made, news: PropertyMap, more: Partial<UpdateRequest> = {}): Promise<Made> {
        const request = {
            ...made,
            oldInputs: made.inputs,
            olds: made.properties,
            news,
            timeout: 0,
            preview: false,
            ...more,
        };
        return { ...made, inputs: news, properties: await provider.update(request) };
    }

    const destroy = (made: Made): Promise<void> => provider.delete({ ...made, oldInputs: made.inputs, timeout: 0 });

    return {
        api: () => api,
        provider: () => provider,
        configured,
        kubectl,
        check,
        create,
        preview,
        read,
        refreshed,
        diff,
        update,
        destroy,
    };
}
