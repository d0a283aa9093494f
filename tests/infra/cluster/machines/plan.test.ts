import * as fc from "fast-check";
import type { EmbassyConfig } from "../../../../infra/site/config";
import { hardening } from "../../../../infra/cluster/control-plane/api-server";
import { kubeletAccess, kubeletClient } from "../../../../infra/cluster/control-plane/kubelet";
import { planNetwork } from "../../../../infra/networking/addresses";
import { inventory } from "../../../../infra/cluster/facility/inventory";
import { type MachineObject, planMachines } from "../../../../infra/cluster/machines/plan";
import { numbers, type Change, changed } from "../../../support/tier4";

function planned(change: Change = () => undefined): MachineObject[] {
    const config = changed(change);
    return planMachines({ ...config, machines: machines(config) }, inventory(config), planNetwork(config));
}

function machines({ machines }: EmbassyConfig): NonNullable<EmbassyConfig["machines"]> {
    if (machines === undefined) {
        throw new Error("no machines in the stack file");
    }
    return machines;
}

function ofKind(objects: readonly MachineObject[], kind: string): MachineObject[] {
    return objects.filter((object) => object.kind === kind);
}

/** The value at a path such as `spec.template.spec`. */
function at(object: unknown, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

interface Reference {
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly kind: string;
    readonly name: string;
}

/** All references to other objects within a value. */
function references(value: unknown): Reference[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const { kind, name } = value as Partial<Reference>;
    const own = kind !== undefined && name !== undefined ? [value as Reference] : [];
    return [...own, ...Object.values(value).flatMap(references)];
}

/** The names of the hosts that Metal3 may choose for the machines of a template. */
function choice(objects: readonly MachineObject[], template: unknown): string[] {
    const found = ofKind(objects, "Metal3MachineTemplate").find(({ name }) => name === template);
    const wanted = at(found, "spec.template.spec.hostSelector.matchLabels") as Record<string, string>;
    return ofKind(objects, "BareMetalHost")
        .filter(({ labels }) => Object.entries(wanted).every(([key, value]) => labels?.[key] === value))
        .map(({ name }) => name);
}

describe("the machines of a facility", () => {
    const objects = planned();

    it("are workers of each zone that has hosts for them, and a control plane", () => {
        const deployments = ofKind(objects, "MachineDeployment");
        expect(deployments.map(({ name, spec }) => [name, spec["replicas"]])).toEqual([
            ["worker-feed-a", 4],
            ["worker-feed-b", 4],
        ]);
        expect(ofKind(objects, "KubeadmControlPlane").map(({ spec }) => spec["replicas"])).toEqual([5]);
        expect(ofKind(objects, "BareMetalHost")).toHaveLength(13);
    });

    it("find, whatever the facility, as many hosts as they are, in their own zone, and none that others find", () => {
        const count = fc.integer({ min: 0, max: 3 });
        const racks = fc.array(
            fc.record({ feeds: fc.shuffledSubarray(["a", "b", "c"], { minLength: 2 }), worker: count, control: count }),
            { minLength: 1, maxLength: 6 },
        );
        fc.assert(
            fc.property(racks, (standing) => {
                const made = planned(({ cluster }) => {
                    const entries = standing.map(({ feeds, worker, control }, index) => {
                        const hosts = { worker: numbers(worker), "control-plane": numbers(control, worker + 1) };
                        const plugged = { feeds, loops: ["a", "b"], switches: ["a", "b"] };
                        return [`r${index}`, { ...plugged, hosts }] as const;
                    });
                    cluster.racks = Object.fromEntries(entries);
                    cluster.quorum = standing.reduce((sum, { control }) => sum + control, 0);
                });
                const workers = ofKind(made, "MachineDeployment").map(({ spec }) => {
                    const found = choice(made, at(spec, "template.spec.infrastructureRef.name"));
                    expect(found).toHaveLength(spec["replicas"] as number);
                    const zones = ofKind(made, "BareMetalHost")
                        .filter(({ name }) => found.includes(name))
                        .map(({ labels }) => labels?.["topology.kubernetes.io/zone"]);
                    expect(new Set(zones)).toEqual(new Set([at(spec, "template.spec.failureDomain")]));
                    return found;
                });
                const [controlPlane] = ofKind(made, "KubeadmControlPlane");
                const members = choice(made, at(controlPlane, "spec.machineTemplate.spec.infrastructureRef.name"));
                expect(members).toHaveLength(controlPlane?.spec["replicas"] as number);
                const all = [...workers.flat(), ...members];
                expect(all.toSorted()).toEqual(
                    ofKind(made, "BareMetalHost")
                        .map(({ name }) => name)
                        .toSorted(),
                );
            }),
            { numRuns: 50 },
        );
    });

    it("name nothing that is not declared", () => {
        const declared = objects.map(({ apiVersion, kind, name }) => `${apiVersion}/${kind}/${name}`);
        const named = objects.flatMap(({ spec }) => references(spec));
        expect(named.length).toBeGreaterThanOrEqual(8);
        for (const { apiGroup, apiVersion, kind, name } of named) {
            expect(declared).toContain(`${apiVersion ?? `${apiGroup ?? ""}/v1beta2`}/${kind}/${name}`);
        }
    });

    it("are replaced one after the other: no host is spare", () => {
        for (const { spec } of [...ofKind(objects, "MachineDeployment"), ...ofKind(objects, "KubeadmControlPlane")]) {
            expect(at(spec, "rollout.strategy.rollingUpdate.maxSurge")).toBe(0);
        }
    });

    it("keep the disks of the registries, and hold no credential", () => {
        for (const { name, spec } of ofKind(objects, "BareMetalHost")) {
            expect(spec).toEqual({
                online: true,
                bmc: {
                    address: `redfish-virtualmedia://${name}.bmc.tallinn.embassy.internal/redfish/v1/Systems/1`,
                    credentialsName: `${name}-bmc`,
                },
                rootDeviceHints: { deviceName: "/dev/nvme0n1" },
                automatedCleaningMode: "disabled",
            });
        }
        expect.hasAssertions();
    });

    it("follow a new release: templates are named by what they say, and asked for by that name", () => {
        const names = (made: MachineObject[]): string[] =>
            made.filter(({ kind }) => kind.endsWith("Template")).map(({ kind, name }) => `${kind} ${name}`);
        const later = planned((config) => (machines(config).release = "v1.36.4"));
        const kept = names(objects).filter((name) => names(later).includes(name));
        expect(names(planned())).toEqual(names(objects));
        expect(kept).toEqual([expect.stringMatching(/^KubeadmConfigTemplate /), "Metal3RemediationTemplate embassy"]);
    });
});

interface MachineFile {
    readonly path: string;
    readonly content?: string;
    readonly contentFrom?: { readonly secret: { readonly name: string } };
}

/** kubeadm's patch of its configuration for `part`, from the folder that the join configuration names. */
function patchOf(config: unknown, part: string): MachineFile | undefined {
    const folder = String(at(config, "joinConfiguration.patches.directory"));
    return (at(config, "files") as MachineFile[]).find(({ path }) =>
        new RegExp(`^${folder}/${part}\\d\\+strategic\\.json$`).test(path),
    );
}

describe.each([
    ["workers", "KubeadmConfigTemplate", "spec.template.spec"],
    ["control planes", "KubeadmControlPlane", "spec.kubeadmConfigSpec"],
])("the kubelets of %s", (whose, kind, where) => {
    const config = at(ofKind(planned(), kind)[0], where);
    const files = at(config, "files") as MachineFile[];

    it("let in whom an authority of their own has signed, and nobody by a token or without a name", () => {
        const patch = JSON.parse(patchOf(config, "kubeletconfiguration")?.content ?? "{}") as Record<string, unknown>;
        const authority = at(patch, "authentication.x509.clientCAFile") as string;
        expect(patch).toEqual(kubeletAccess(authority));
        expect(patch).toMatchObject({ authentication: { anonymous: { enabled: false }, webhook: { enabled: false } } });
        expect(authority).not.toContain("/pki/");
        expect(files.find(({ path }) => path === authority)?.contentFrom?.secret.name).toBe("kubelet-clients");
    });

    it("are reached from API servers alone, before kubeadm runs and after each start", () => {
        const filter = files.find(({ path }) => path === "/etc/nftables.conf")?.content;
        const from = ["10.32.0.1", "10.32.0.2", "10.32.0.3", "10.32.0.4", "10.32.0.5", "10.32.0.6"].join(", ");
        expect(filter).toContain("hook input priority filter; policy drop;");
        expect(filter).toContain(`ip saddr { ${from} } tcp dport { 10250 } accept`);
        expect(filter?.match(/dport/g)).toHaveLength(whose === "workers" ? 1 : 4);
        expect((at(config, "preKubeadmCommands") as string[]).slice(0, 2)).toEqual([
            "systemctl enable nftables",
            "nft --file /etc/nftables.conf",
        ]);
    });

    it("start once the machine's disks are encrypted and open, for which the control plane's machines serve each other and everybody", () => {
        const commands = at(config, "preKubeadmCommands") as string[];
        expect(commands).toContain("systemctl enable --now embassy-disks.service");
        expect(commands.includes("systemctl enable --now tangd.socket")).toBe(whose === "control planes");
        const [script, unit] = ["/usr/local/sbin/embassy-disks", "/etc/systemd/system/embassy-disks.service"].map(
            (name) => files.find(({ path }) => path === name)?.content ?? "",
        );
        expect(unit).toContain("RequiredBy=containerd.service kubelet.service");
        expect(script).toContain('{"t":3,"pins":{"tang":[{"url":"http://10.32.0.2:7500"},');
        // Nothing that a machine is given is a key.
        expect(script).toContain("systemd-ask-password");
        const filter = files.find(({ path }) => path === "/etc/nftables.conf")?.content ?? "";
        expect(filter.includes("ip saddr { 10.32.0.0/24 } tcp dport { 7500 } accept")).toBe(whose === "control planes");
    });
});

describe("the API servers of its control plane", () => {
    const [controlPlane] = ofKind(planned(), "KubeadmControlPlane");
    const config = at(controlPlane, "spec.kubeadmConfigSpec");
    const flags = (at(config, "clusterConfiguration.apiServer.extraArgs") as { name: string; value: string }[]).map(
        ({ name, value }) => `--${name}=${value}`,
    );
    const value = (name: string): string => flags.find((flag) => flag.startsWith(`--${name}=`))?.split("=")[1] ?? "";
    const files = at(config, "files") as MachineFile[];

    it("are hardened as the lab's are", () => {
        const paths = {
            admission: value("admission-control-config-file"),
            auditPolicy: value("audit-policy-file"),
            auditLog: value("audit-log-path"),
            encryption: value("encryption-provider-config"),
        };
        expect(flags).toEqual([...hardening(paths), ...kubeletClient(value("kubelet-client-certificate"))]);
        expect(flags).toContain("--anonymous-auth=false");
    });

    it("find on their machine what they read, and may write where they log", () => {
        const volumes = at(config, "clusterConfiguration.apiServer.extraVolumes") as {
            hostPath: string;
            mountPath: string;
            readOnly?: boolean;
        }[];
        const read = ["admission-control-config-file", "audit-policy-file", "encryption-provider-config"];
        for (const path of read.map(value)) {
            expect(files.map((file) => file.path)).toContain(path);
            expect(volumes).toContainEqual(
                expect.objectContaining({ hostPath: path, mountPath: path, readOnly: true }),
            );
        }
        const log = volumes.find(({ mountPath }) => value("audit-log-path").startsWith(`${mountPath}/`));
        expect(log?.readOnly).toBeUndefined();
        expect(log).toBeDefined();
    });

    it("take their key from a Secret, as joining machines take their credential: neither is in a file's content", () => {
        const secret = files.filter(({ contentFrom }) => contentFrom !== undefined);
        expect(secret.map(({ path, content }) => [path, content])).toEqual([
            ["/etc/kubernetes/kubelet-clients.crt", undefined],
            [value("kubelet-client-key"), undefined],
            [value("encryption-provider-config"), undefined],
            [at(config, "joinConfiguration.discovery.file.kubeConfigPath"), undefined],
        ]);
    });

    it("believe who breaks the glass, beside the cluster's own, once there is such an authority; kubelets do not", () => {
        const breakGlass = "the authority's certificate";
        const declared = planned((config) => (config.keys.breakGlass = breakGlass));
        const spec = at(ofKind(declared, "KubeadmControlPlane")[0], "spec.kubeadmConfigSpec");
        const args = at(spec, "clusterConfiguration.apiServer.extraArgs");
        expect(args).toContainEqual({ name: "client-ca-file", value: "/etc/kubernetes/pki/clients.crt" });
        expect(at(spec, "preKubeadmCommands")).toContain(
            "cat /etc/kubernetes/pki/ca.crt /etc/kubernetes/break-glass.crt > /etc/kubernetes/pki/clients.crt",
        );
        expect(at(spec, "files")).toContainEqual(
            expect.objectContaining({ path: "/etc/kubernetes/break-glass.crt", content: breakGlass }),
        );
        expect(value("client-ca-file")).toBe("");
    });

    it("are probed without a name, which they would refuse", () => {
        const patch = patchOf(config, "kube-apiserver");
        const [container] = at(JSON.parse(patch?.content ?? "{}"), "spec.containers") as Record<string, unknown>[];
        expect(container).toMatchObject({ name: "kube-apiserver", livenessProbe: { httpGet: null } });
    });
});
