/** An API server with Cluster API's own definitions must accept the machines that the program declares, and refuse wrong ones. */
import { setTimeout as sleep } from "node:timers/promises";
import { clusterApiDefinitions } from "../../../../lab/machine-api/cluster-api";
import { metal3Definitions } from "../../../../lab/machine-api/metal3";
import type { Manifest } from "../../../../lab/objects";
import { binDir } from "../../../../command-line/paths";
import { Client } from "../../../../toolchain/providers/kubernetes/client";
import { locateCluster } from "../../../../toolchain/providers/kubernetes/kubeconfig";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { renderStack } from "../../../support/render";

jest.setTimeout(180_000);

type Fields = Record<string, unknown>;

interface Declared {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly spec: Fields;
}

describe("an API server with the definitions of Cluster API", () => {
    let api: ApiServer;
    let client: Client;
    let declared: Declared[];

    const create = (path: string, body: unknown, query = {}): Promise<Fields> =>
        client.request({ method: "POST", path, body, query });

    /** Creates a CustomResourceDefinition, and waits until its kind is served. */
    async function define(definition: Manifest): Promise<void> {
        const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        await create(path, definition);
        const established = async (): Promise<boolean> => {
            const { status } = await client.request({ method: "GET", path: `${path}/${definition.metadata.name}` });
            const { conditions } = status as { conditions: { type: string; status: string }[] | null };
            return conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
        };
        while (!(await established())) {
            await sleep(100);
        }
    }

    beforeAll(async () => {
        api = await startApiServer();
        client = new Client(await locateCluster({ kubeconfig: api.kubeconfig, context: "", cluster: "" }));
        await Promise.all([...clusterApiDefinitions(binDir), ...metal3Definitions()].map(define));
        await create("/api/v1/namespaces", { metadata: { name: "machines" } });
        const objects = (await renderStack("luxembourg")).map(({ inputs }) => inputs as unknown as Partial<Declared>);
        // The namespace has what each namespace has, too.
        const everywhere = ["NetworkPolicy", "ServiceAccount"];
        const ours = objects.filter(
            ({ metadata, kind }) => metadata?.namespace === "machines" && !everywhere.includes(kind ?? ""),
        );
        declared = ours as Declared[];
    });
    afterAll(async () => {
        await api.stop();
    });

    /** The server's answer to the creation of an object: `created`, or the reason why not. */
    async function answer({ apiVersion, kind, ...rest }: Declared): Promise<string> {
        const path = `/apis/${apiVersion}/namespaces/machines/${kind.toLowerCase()}s`;
        try {
            await create(path, { apiVersion, kind, ...rest }, { dryRun: "All", fieldValidation: "Strict" });
            return "created";
        } catch (error) {
            return String(error);
        }
    }

    /** The first declared object of `kind`, changed by `change`. */
    function changed(kind: string, change: (spec: Fields, object: Fields) => void): Declared {
        const object = structuredClone(declared.find((one) => one.kind === kind)) as unknown as Fields;
        change(object["spec"] as Fields, object);
        return object as unknown as Declared;
    }

    it("takes all that a site declares", async () => {
        expect(declared.length).toBeGreaterThanOrEqual(24);
        for (const object of declared) {
            expect([object.metadata.name, await answer(object)]).toEqual([object.metadata.name, "created"]);
        }
    });

    it("takes no field that it does not know, of any of the kinds", async () => {
        const kinds = [...new Set(declared.map(({ kind }) => kind))];
        expect(kinds).toHaveLength(9);
        for (const kind of kinds) {
            const wrong = changed(kind, (spec) => (spec["colour"] = "blue"));
            expect(await answer(wrong)).toContain('unknown field "spec.colour"');
        }
    });

    const inner = (fields: Fields, ...path: string[]): Fields =>
        path.reduce((value, key) => value[key] as Fields, fields);

    it.each<[string, string, (spec: Fields, object: Fields) => void, string]>([
        [
            "a cluster that names others as in v1beta1",
            "Cluster",
            (spec) => (inner(spec, "controlPlaneRef")["apiVersion"] = "controlplane.cluster.x-k8s.io/v1beta1"),
            'unknown field "spec.controlPlaneRef.apiVersion"',
        ],
        [
            "an object of the version before",
            "Cluster",
            (_, object) => (object["apiVersion"] = "cluster.x-k8s.io/v1beta1"),
            "404 page not found",
        ],
        [
            "an argument of the API server that is given twice",
            "KubeadmControlPlane",
            (spec) => {
                const server = inner(spec, "kubeadmConfigSpec", "clusterConfiguration", "apiServer");
                (server["extraArgs"] as Fields[]).push({ name: "anonymous-auth", value: "true" });
            },
            "extraArgs name must be unique",
        ],
        [
            "a control plane without a release",
            "KubeadmControlPlane",
            (spec) => delete spec["version"],
            "spec.version: Required value",
        ],
        [
            "workers of no cluster",
            "MachineDeployment",
            (spec) => (spec["clusterName"] = ""),
            "spec.clusterName: Invalid value",
        ],
        [
            "a way of replacing machines that there is not",
            "MachineDeployment",
            (spec) => (inner(spec, "rollout", "strategy")["type"] = "AtOnce"),
            'Unsupported value: "AtOnce"',
        ],
        [
            "a health check that may act on any number",
            "MachineHealthCheck",
            (spec) => (inner(spec, "remediation")["triggerIf"] = { unhealthyInRange: "all" }),
            "spec.remediation.triggerIf.unhealthyInRange: Invalid value",
        ],
        [
            "a file of no path",
            "KubeadmConfigTemplate",
            (spec) => (inner(spec, "template", "spec")["files"] = [{ content: "x" }]),
            "spec.template.spec.files[0].path: Required value",
        ],
        [
            "a password beside a reference to one",
            "BareMetalHost",
            (spec) => (inner(spec, "bmc")["password"] = "x"),
            'unknown field "spec.bmc.password"',
        ],
        [
            "a host without credentials",
            "BareMetalHost",
            (spec) => delete inner(spec, "bmc")["credentialsName"],
            "spec.bmc.credentialsName: Required value",
        ],
    ])("refuses %s", async (_, kind, change, message) => {
        expect(await answer(changed(kind, change))).toContain(message);
    });
});
