/** What is secret in a program stands nowhere in plain in what the provider gives to its state. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { type Programs, startPrograms } from "../../../support/program";

jest.setTimeout(120_000);

const VALUE = "hunter22-of-the-embassy";
const ENCODED = Buffer.from(VALUE).toString("base64");

let api: ApiServer;
let programs: Programs;

beforeAll(async () => {
    api = await startApiServer();
    programs = await startPrograms(api.kubeconfig);
}, 90_000);

afterAll(async () => {
    programs.stop();
    await api.stop();
}, 30_000);

const manifest = (name: string, data: object): object => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
        name,
        namespace: "default",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(data) },
    },
    ...data,
});

function program(label: string, secret: pulumi.Input<string> = pulumi.secret(VALUE)): () => Promise<void> {
    return () => {
        const metadata = { namespace: "default", labels: { label } };
        const env = [{ name: "P", value: secret }];
        const annotations = { "pulumi.com/skipAwait": "true", copy: secret };
        new k8s.apps.v1.Deployment("deployment", {
            metadata: { ...metadata, annotations },
            spec: {
                replicas: 0,
                selector: { matchLabels: { app: "web" } },
                template: {
                    metadata: { labels: { app: "web" } },
                    spec: { containers: [{ name: "web", image: "web", env }] },
                },
            },
        });
        new k8s.core.v1.ConfigMap("config", { metadata, data: { password: secret } });
        new k8s.core.v1.Secret("string-data", { metadata, stringData: { password: VALUE } });
        new k8s.core.v1.Secret("data", { metadata, data: { password: ENCODED } });
        const patched = { name: "patched", namespace: "default" };
        new k8s.core.v1.SecretPatch("patch", { metadata: patched, stringData: { password: VALUE } });
        new k8s.yaml.ConfigGroup("text", { yaml: JSON.stringify(manifest("text", { data: { password: ENCODED } })) });
        const items = [manifest("listed", { stringData: { password: VALUE } })];
        new k8s.yaml.ConfigGroup("list", { objs: [{ apiVersion: "v1", kind: "List", items }] });
        return Promise.resolve();
    };
}

/** The paths at which the value stands in plain: in an export, secrets are shown under the key `plaintext`. */
function* plain(value: unknown, path = ""): Generator<string> {
    if (typeof value === "string" && (value.includes(VALUE) || value.includes(ENCODED))) {
        yield path;
    } else if (typeof value === "object" && value !== null) {
        for (const [key, item] of Object.entries(value)) {
            yield* key === "plaintext" ? [] : plain(item, `${path}/${key}`);
        }
    }
}

async function found(stack: pulumi.automation.Stack): Promise<string[]> {
    const { deployment } = (await stack.exportStack()) as {
        deployment: { resources: { urn: string; custom: boolean }[] };
    };
    const { resources } = deployment;
    expect(JSON.stringify(resources)).toContain("plaintext");
    return resources.filter(({ custom }) => custom).flatMap((each) => [...plain(each, each.urn)]);
}

it("after up, refresh, another up, a change, and where it was plain before", async () => {
    const stack = await programs.stack("secrets", program("one"));
    await stack.up();
    expect(await found(stack)).toEqual([]);
    await stack.refresh();
    expect(await found(stack)).toEqual([]);
    const again = await stack.up();
    expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(await found(stack)).toEqual([]);

    stack.workspace.program = program("two");
    await stack.up();
    expect(await found(stack)).toEqual([]);

    stack.workspace.program = program("two", VALUE);
    await stack.up();
    expect(await found(stack)).not.toEqual([]);
    stack.workspace.program = program("two");
    const hidden = await stack.up();
    expect(hidden.stdout).not.toContain(VALUE);
    expect(await found(stack)).toEqual([]);
    await stack.destroy();
});
