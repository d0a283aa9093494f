/** No secret of a program is in plain text in what the provider returns for its state. */
import fs from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { definition, userPrograms } from "../../../support/user-programs";

jest.setTimeout(120_000);

const VALUE = "hunter22-of-the-embassy";
const ENCODED = Buffer.from(VALUE).toString("base64");

const programs = userPrograms();
const { apply, kubectl } = programs;

beforeAll(async () => {
    await apply(definition("Vault", "vaults"));
    await kubectl("wait", "--for=condition=Established", "crd/vaults.example.com");
});

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
        new k8s.apps.v1.StatefulSet("set", {
            metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
            spec: {
                replicas: 0,
                serviceName: "set",
                selector: { matchLabels: { app: "set" } },
                template: {
                    metadata: { labels: { app: "set" }, annotations: { copy: secret } },
                    spec: {
                        initContainers: [{ name: "first", image: "web", env }],
                        containers: [{ name: "web", image: "web", args: ["--password", secret] }],
                    },
                },
            },
        });
        new k8s.apiextensions.CustomResource("custom", {
            apiVersion: "example.com/v1",
            kind: "Vault",
            metadata: { ...metadata, name: "custom" },
            spec: { password: secret, users: [{ name: "a", password: secret }] },
        });
        const group = { apiVersion: "v1", kind: "PodTemplate", metadata: { ...metadata, name: "grouped" } };
        new k8s.yaml.ConfigGroup("environment", {
            objs: [{ ...group, template: { spec: { containers: [{ name: "web", image: "web", env }] } } }],
        });
        new k8s.yaml.ConfigGroup("list", { objs: [{ apiVersion: "v1", kind: "List", items }] });
        return Promise.resolve();
    };
}

/** The paths at which the value is in plain text. An export has secrets under the key `plaintext`, which does not count. */
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

/** Runs `up`. @returns the operations of all resources, providers among them */
async function operations(stack: pulumi.automation.Stack): Promise<string[]> {
    let changes = {};
    await stack.up({ onEvent: ({ summaryEvent }) => void (changes = summaryEvent?.resourceChanges ?? changes) });
    return Object.keys(changes);
}

it("after up, refresh, another up, a change, and where it was plain before", async () => {
    const stack = await programs.stack("secrets", program("one"));
    await stack.up();
    expect(await found(stack)).toEqual([]);
    await stack.refresh();
    expect(await found(stack)).toEqual([]);
    expect(await operations(stack)).toEqual(["same"]);
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

/** Everything that a command prints, whether it succeeds or not. */
async function shown(run: (options: pulumi.automation.UpOptions) => Promise<unknown>): Promise<string> {
    const lines: string[] = [];
    const onOutput = (line: string): void => void lines.push(line);
    const failed = await run({ onOutput, onError: onOutput, diff: true }).then(
        () => "",
        (error: unknown) => String(error),
    );
    return lines.join("") + failed;
}

describe("what is shown", () => {
    it("of an object that the API server refuses and quotes", async () => {
        const number = pulumi.secret(31415926);
        const quoted = pulumi.secret(`${VALUE}<&>`);
        const stack = await programs.stack("refused", () => {
            const metadata = { namespace: "default" };
            const containers = [
                { name: "web", image: "web", imagePullPolicy: quoted, ports: [{ containerPort: number }] },
            ];
            new k8s.core.v1.Pod("pod", { metadata, spec: { containers } });
            new k8s.core.v1.ConfigMap("config", { metadata, data: { a: number as unknown as string } });
            new k8s.core.v1.Service("service", { metadata, spec: { type: quoted, ports: [{ port: number }] } });
            return Promise.resolve();
        });
        const previewed = await shown((options) => stack.preview(options));
        const told = await shown((options) => stack.up(options));
        expect(told).toContain("cannot create");
        expect(previewed + told).not.toMatch(/hunter22|31415926/);
        await stack.destroy();
    });

    it("of an object that cannot be changed, before and after", async () => {
        const job = (value: string) => () => {
            const env = [{ name: "P", value: pulumi.secret(value) }];
            const template = { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a", env }] } };
            const annotations = { "pulumi.com/skipAwait": "true" };
            new k8s.batch.v1.Job("job", {
                metadata: { namespace: "default", name: "job", annotations },
                spec: { suspend: true, template },
            });
            return Promise.resolve();
        };
        const stack = await programs.stack("changed", job(`${VALUE}-one`));
        let told = await shown((options) => stack.up(options));
        stack.workspace.program = job(`${VALUE}-two`);
        told += await shown((options) => stack.preview(options));
        told += await shown((options) => stack.up(options));
        expect(told).toContain("[secret]");
        expect(told).not.toContain(VALUE);
        expect(await found(stack)).toEqual([]);
        await stack.destroy();
    });
});

it("a kubeconfig that a provider is given stands nowhere in plain", async () => {
    const kubeconfig = fs.readFileSync(programs.kubeconfig(), "utf8");
    const { users } = JSON.parse(kubeconfig) as { users: { user: { token: string } }[] };
    const stack = await programs.stack("provider", () => {
        const provider = new k8s.Provider("own", { kubeconfig });
        new k8s.core.v1.ConfigMap("a", { metadata: { namespace: "default" } }, { provider });
        return Promise.resolve();
    });
    const told = await shown((options) => stack.up(options));
    const token = users[0]?.user.token ?? "";
    const state = JSON.stringify((await stack.exportStack()).deployment, (key, value: unknown) =>
        key === "plaintext" ? "" : value,
    );
    expect(token).not.toBe("");
    expect(told + state).not.toContain(token);
    expect(await operations(stack)).toEqual(["same"]);
    await stack.destroy();
});

it("an import of what a program calls secret succeeds, and hides it", async () => {
    await apply({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "found", namespace: "default" },
        data: { a: VALUE },
    });
    const imported = (): Promise<void> => {
        const metadata = { name: "found", namespace: "default" };
        new k8s.core.v1.ConfigMap(
            "found",
            { metadata, data: { a: pulumi.secret(VALUE) } },
            { import: "default/found" },
        );
        return Promise.resolve();
    };
    const stack = await programs.stack("imported", imported);
    await stack.up();
    expect(await found(stack)).toEqual([]);
    expect(await operations(stack)).toEqual(["same"]);
    await stack.destroy();
});
