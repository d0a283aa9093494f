import { isDeepStrictEqual } from "node:util";
import { COMMON_LABELS } from "../../infra/conventions/names";
import { LEASE_AGENT_USER } from "../../infra/conventions/users";
import { REGISTRIES } from "../../infra/conventions/registries";
import { DATABASE } from "../../infra/registries/plan-database";
import { expectedFiles, renderedFiles } from "../support/expected";
import { type Rendered, renderStack } from "../support/render";
import { STACKS } from "../support/stacks";

const KIND = /:([^:]+)$/;
const DENY_ALL = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: [] };

function ofKind(resources: readonly Rendered[], kind: string): Rendered[] {
    return resources.filter(({ type }) => KIND.exec(type)?.[1] === kind);
}

function metadataOf({ inputs }: Rendered): { name?: string; namespace?: string; labels: Record<string, string> } {
    return inputs["metadata"] as ReturnType<typeof metadataOf>;
}

interface MountingPod {
    readonly containers: readonly {
        readonly volumeMounts: readonly { readonly name: string }[];
        readonly securityContext: { readonly runAsUser?: number };
    }[];
    readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

describe.each(STACKS)("stack %s", (stack) => {
    /** How many components have a namespace: the registries, the DNS server, the object store, cert-manager and, in Luxembourg, the edge. */
    const rooms = REGISTRIES.length + (stack === "luxembourg" ? 4 : 3);
    /** How many workloads there are: one in each namespace, and a second one at the edge for the public page. */
    const count = stack === "luxembourg" ? rooms + 1 : rooms;
    let resources: Rendered[];
    beforeAll(async () => {
        resources = await renderStack(stack);
    });

    it("declares what its expected files say, and there is no other file (npm run expected:update writes them)", async () => {
        expect(await renderedFiles(stack)).toEqual(expectedFiles(stack));
    });

    it("names every object, in at most 63 characters", () => {
        const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
        expect(objects.length).toBeGreaterThanOrEqual(70);
        for (const object of objects) {
            expect(metadataOf(object).name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
        }
    });

    it("has what is done by schedule known to `lab status`, by labels of the schedule and of its pods", () => {
        const schedules = ofKind(resources, "CronJob");
        expect(new Set(schedules.map((schedule) => metadataOf(schedule).name))).toEqual(
            new Set(["store-full", "store-diff", "store-verify", "purge", "write-once-self-test"]),
        );
        for (const schedule of schedules) {
            const { jobTemplate } = schedule.inputs["spec"] as Record<
                "jobTemplate",
                { spec: { template: Rendered["inputs"] } }
            >;
            // Kubernetes gives a Job without labels those of its pods.
            expect(jobTemplate).not.toHaveProperty("metadata");
            for (const metadata of [schedule.inputs, jobTemplate.spec.template].map((each) => each["metadata"])) {
                expect(metadata).toMatchObject({ labels: COMMON_LABELS });
            }
        }
    });

    it("has no default account with a token, in namespaces of Kubernetes' own neither, and no pod that runs as one", () => {
        const accounts = ofKind(resources, "ServiceAccount").filter((each) => metadataOf(each).name === "default");
        const own = ofKind(resources, "Namespace").map((each) => metadataOf(each).name);
        expect(accounts.map((each) => metadataOf(each).namespace).sort()).toEqual(
            [...own, "default", "kube-node-lease", "kube-public", "kube-system"].sort(),
        );
        for (const { inputs } of accounts) {
            expect(inputs).toMatchObject({ automountServiceAccountToken: false });
        }
        const named = JSON.stringify(resources).matchAll(/"serviceAccountName":"([^"]*)"/g);
        expect([...named].map(([, name]) => name)).not.toContain("default");
    });

    it("mounts the certificates of a database and of its lease agent for one user each", () => {
        const databases = ofKind(resources, "StatefulSet").filter((each) => metadataOf(each).name === DATABASE);
        expect(databases).toHaveLength(REGISTRIES.length);
        for (const { inputs } of databases) {
            const { containers, volumes } = (inputs["spec"] as { template: { spec: MountingPod } }).template.spec;
            const readers = (secret: string): (number | undefined)[] => {
                const { name } = volumes.find((volume) => volume.secret?.secretName === secret) ?? {};
                return containers
                    .filter(({ volumeMounts }) => volumeMounts.some((mount) => mount.name === name))
                    .map(({ securityContext }) => securityContext.runAsUser);
            };
            expect(readers("lease-tls")).toEqual([LEASE_AGENT_USER.uid]);
            // The pod's own user is the database's.
            expect(readers("database-tls")).toEqual([undefined, undefined]);
        }
    });

    it("denies all traffic by default in every namespace, both ways", () => {
        const denied = ofKind(resources, "NetworkPolicy")
            .filter(({ inputs }) => isDeepStrictEqual(inputs["spec"], DENY_ALL))
            .map((policy) => metadataOf(policy).namespace);
        const namespaces = ofKind(resources, "Namespace").map((namespace) => metadataOf(namespace).name);
        // The machines have one more namespace, without pods.
        expect(namespaces).toHaveLength(rooms + 1);
        expect(denied.sort()).toEqual(namespaces.sort());
    });

    it("names, for all other traffic that it allows, who is at the other end and on which ports", () => {
        type Rule = Record<"from" | "to" | "ports", unknown[] | undefined>;
        const rules = ofKind(resources, "NetworkPolicy").flatMap(({ inputs }) => {
            const { ingress, egress } = inputs["spec"] as Record<"ingress" | "egress", Rule[]>;
            return [...ingress.map(({ from, ports }) => [from, ports]), ...egress.map(({ to, ports }) => [to, ports])];
        });
        expect(rules.length).toBeGreaterThan(0);
        // A list that is empty or missing allows everything, and so does a peer or a port without fields.
        for (const list of rules.flat()) {
            expect(list).not.toHaveLength(0);
            expect(list?.map((entry) => Object.keys(entry as object))).not.toContainEqual([]);
        }
    });

    it("puts every namespace under the restricted profile, at a pinned version", () => {
        for (const namespace of ofKind(resources, "Namespace")) {
            for (const mode of ["enforce", "audit", "warn"]) {
                expect(metadataOf(namespace).labels).toMatchObject({
                    [`pod-security.kubernetes.io/${mode}`]: "restricted",
                    [`pod-security.kubernetes.io/${mode}-version`]: "v1.36",
                });
            }
        }
    });

    it("gives every workload a disruption budget that selects the same pods", () => {
        const selectors = (...kinds: string[]): string[] =>
            kinds
                .flatMap((kind) => ofKind(resources, kind))
                .map((object) => {
                    const { selector } = object.inputs["spec"] as { selector: unknown };
                    return `${metadataOf(object).namespace ?? ""} ${JSON.stringify(selector)}`;
                })
                .sort();
        const workloads = selectors("StatefulSet", "Deployment");
        expect(workloads).toHaveLength(count);
        expect(selectors("PodDisruptionBudget")).toEqual(workloads);
    });

    it("waits for no Service that has pods: they are waited for, and where they cannot be made it would never be ready", () => {
        const answered = ofKind(resources, "Service").filter(
            ({ inputs }) => (inputs["spec"] as { clusterIP: string }).clusterIP !== "None",
        );
        for (const { inputs } of answered) {
            expect(inputs["metadata"]).toHaveProperty(["annotations", "pulumi.com/skipAwait"], "true");
        }
        expect.hasAssertions();
    });

    it("protects and retains everything that holds data or keys", () => {
        const keys = ["Namespace", "Secret", "StatefulSet", "RandomPassword", "PrivateKey"];
        // Without one of these a machine is switched off, together with its disks.
        const machines = ["BareMetalHost", "Cluster", "KubeadmControlPlane", "MachineDeployment", "Metal3Cluster"];
        const kinds = [...keys, ...machines];
        for (const each of kinds.flatMap((kind) => ofKind(resources, kind))) {
            expect(each).toMatchObject({ protect: true, retainOnDelete: true });
        }
        expect.hasAssertions();
    });

    it("makes no key of a resource whose id is its value: ids are in the clear in every state", () => {
        const random = resources.filter(({ type }) => type.startsWith("random:"));
        expect(random.map(({ type }) => type).filter((type) => !/:RandomPassword$/.test(type))).toEqual([]);
    });

    it("holds the root key on Tallinn alone", () => {
        expect(resources.some(({ name }) => name === "root-key")).toBe(stack === "tallinn");
    });
});
