/** The parts of the toolchain: what each is made from and where it goes. Versions are read off the pins. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "./layout";

/** Who needs a part: with `EMBASSY_TOOLCHAIN=system`, `pulumi` parts are the user's own, and `lab` parts never are. */
export type Purpose = "pulumi" | "lab";

/** What a command runs: the Pulumi CLI, or a lab whose nodes are of one kind. `asked`: an image, or a test, that asks for a part by its name. */
export type Use = "pulumi" | "real" | "simulated" | "asked";

/** Parts of the lab that only sites with nodes of one kind run, or that are built where they are asked for. Both kinds run all other parts. */
const ONLY: Readonly<Record<string, Use>> = {
    kwok: "simulated",
    kubelet: "real",
    "kube-proxy": "real",
    "cilium-agent": "real",
    "cilium-cni": "real",
    "cilium-dbg": "real",
    registry: "real",
    crane: "real",
    // These run in images, and only machines run images. cert-manager is not here, because both kinds need its CRDs, which come with it.
    coredns: "real",
    versitygw: "real",
    follow: "real",
    alertmanager: "asked",
    prometheus: "asked",
    promtool: "asked",
};

export function isUsed(part: string, { purpose }: Job, uses: readonly Use[]): boolean {
    return purpose === "pulumi"
        ? uses.includes("pulumi")
        : uses.some((use) => use !== "pulumi" && (ONLY[part] ?? use) === use);
}

interface Common {
    /** The parts that one build makes. */
    readonly parts: readonly string[];
    readonly purpose: Purpose;
    readonly version: string;
}

/** Programs from one Go module, built by one `go build`, because they share most of their packages. */
export interface GoJob extends Common {
    readonly kind: "go";
    /** The folder whose go.mod and go.sum pin the module. */
    readonly folder: string;
    /** Import path of each part's main package. */
    readonly packages: Readonly<Record<string, string>>;
    readonly ldflags: string;
    /** Build tags, by which a module leaves out what is not used. */
    readonly tags: readonly string[];
    readonly module: string;
    /** Part → the module's folders that it reads when it runs; copies of them are in `lib/<part>` beside the binaries. */
    readonly folders: Readonly<Record<string, readonly string[]>>;
    /** Disk space of a cold build in MiB, measured with Go 1.26: downloaded modules, and the build cache. */
    readonly space: { readonly download: number; readonly compile: number };
}

/** Folders of a Go module that are read as they are: nothing is compiled, and the module's requirements are not downloaded. */
export interface FoldersJob extends Common, Pick<GoJob, "folder" | "module" | "folders"> {
    readonly kind: "folders";
}

/** A plugin of ours in TypeScript, which is bundled into one file and started by a script. */
export interface BundleJob extends Common {
    readonly kind: "bundle";
    readonly entryPoint: string;
    /** The script; the bundle is in the same folder. */
    readonly executable: string;
    /** Files that are bundled too: file beside the executable → what it is made from. */
    readonly beside?: Readonly<Record<string, string>>;
}

export type Job = GoJob | FoldersJob | BundleJob;

/** The providers that stand in for official ones, by the name of the package `@pulumi/<name>`. */
export const PROVIDERS = ["kubernetes", "random", "tls"] as const;

/** Go jobs in build order. etcd is small, so it compiles first while the larger modules download. */
export function allJobs(layout: Layout): Job[] {
    return [...goJobs(layout), clusterApi(layout), ...bundleJobs(layout)];
}

/** The definitions that the API server needs of the objects that declare machines: `lab/machine-api`. */
function clusterApi({ modules }: Layout): FoldersJob {
    const folder = join(modules, "cluster-api");
    const module = "sigs.k8s.io/cluster-api";
    const bases = ["core", "bootstrap/kubeadm", "controlplane/kubeadm"].map((part) => `${part}/config/crd/bases`);
    return {
        kind: "folders",
        parts: ["cluster-api"],
        purpose: "lab",
        version: pinnedVersion(join(folder, "go.mod"), module),
        folder,
        module,
        folders: { "cluster-api": bases },
    };
}

function goJobs({ modules }: Layout): GoJob[] {
    const job = (
        folder: string,
        purpose: Purpose,
        module: string,
        packages: GoJob["packages"],
        space: GoJob["space"],
        versionVariables: (version: string) => readonly string[] = () => [],
        folders: GoJob["folders"] = {},
        tags: GoJob["tags"] = [],
    ): GoJob => {
        const version = pinnedVersion(join(modules, folder, "go.mod"), module);
        const assignments = versionVariables(version).map((variable) => ` -X ${variable}`);
        return {
            kind: "go",
            parts: Object.keys(packages),
            purpose,
            version,
            folder: join(modules, folder),
            packages,
            // The binaries have no symbol tables: that halves their size, and panics keep their stack traces.
            ldflags: `-s -w${assignments.join("")}`,
            tags,
            module,
            folders,
            space,
        };
    };
    return [
        job(
            "etcd",
            "lab",
            "go.etcd.io/etcd/server/v3",
            { etcd: "go.etcd.io/etcd/server/v3" },
            { download: 260, compile: 250 },
        ),
        job(
            "kubernetes",
            "lab",
            "k8s.io/kubernetes",
            kubernetesCommands(
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "kubectl",
                "kube-proxy",
                "kubelet",
            ),
            { download: 650, compile: 2450 },
            // Kubernetes' own build sets these; without them the server calls itself v0.0.0-master.
            (version) => {
                const [major = "", minor = ""] = version.replace(/^v/, "").split(".");
                return [
                    `k8s.io/component-base/version.gitVersion=${version}`,
                    `k8s.io/component-base/version.gitMajor=${major}`,
                    `k8s.io/component-base/version.gitMinor=${minor}`,
                    `k8s.io/client-go/pkg/version.gitVersion=${version}`,
                ];
            },
        ),
        job(
            "pulumi",
            "pulumi",
            "github.com/pulumi/pulumi/pkg/v3",
            {
                pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                // This program is ours, beside go.mod, and is made of the same packages.
                "pulumi-journal": "data-embassy/toolchain/pulumi-journal",
            },
            { download: 1500, compile: 1900 },
            (version) => [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`],
        ),
        job("kwok", "lab", "sigs.k8s.io/kwok", { kwok: "sigs.k8s.io/kwok/cmd/kwok" }, { download: 350, compile: 550 }),
        job(
            "oci",
            "lab",
            "github.com/distribution/distribution/v3",
            {
                registry: "github.com/distribution/distribution/v3/cmd/registry",
                crane: "github.com/google/go-containerregistry/cmd/crane",
            },
            { download: 1200, compile: 700 },
            (version) => [`github.com/distribution/distribution/v3/version.version=${version}`],
        ),
        job(
            "coredns",
            "lab",
            "github.com/coredns/coredns",
            // Its main package is ours, beside go.mod, so that it has only the plugins that are used.
            { coredns: "data-embassy/toolchain/coredns" },
            { download: 260, compile: 650 },
        ),
        job(
            "cert-manager",
            "lab",
            "github.com/cert-manager/cert-manager",
            // These programs are ours, beside go.mod: the controllers that are used, and the one that tells servers of renewed certificates.
            {
                "cert-manager": "data-embassy/toolchain/cert-manager",
                follow: "data-embassy/toolchain/cert-manager/follow",
            },
            { download: 120, compile: 300 },
            (version) => [`github.com/cert-manager/cert-manager/pkg/util.AppVersion=${version}`],
            // The definitions that the API server needs of certificates.
            { "cert-manager": ["deploy/crds"] },
        ),
        job(
            "versitygw",
            "lab",
            "github.com/versity/versitygw",
            // This program is ours, beside go.mod: versitygw's S3, over a backend that locks what it stores.
            { versitygw: "data-embassy/toolchain/versitygw" },
            { download: 340, compile: 430 },
            (version) => [`main.Version=${version}`],
        ),
        job(
            "prometheus",
            "lab",
            "github.com/prometheus/prometheus",
            {
                prometheus: "github.com/prometheus/prometheus/cmd/prometheus",
                promtool: "github.com/prometheus/prometheus/cmd/promtool",
                // This program is ours, beside go.mod, and is made of the packages that a site needs: most of them are in Prometheus, too.
                alertmanager: "data-embassy/toolchain/prometheus/alertmanager",
            },
            { download: 260, compile: 550 },
            (version) => [`github.com/prometheus/common/version.Version=${version.replace(/^v/, "")}`],
            {},
            // What is watched is named in the configuration, so that no cloud, and nobody else, is asked for it.
            ["remove_all_sd"],
        ),
        job(
            "cilium",
            "lab",
            "github.com/cilium/cilium",
            {
                "cilium-agent": "github.com/cilium/cilium/daemon",
                "cilium-cni": "github.com/cilium/cilium/plugins/cilium-cni",
                "cilium-dbg": "github.com/cilium/cilium/cilium-dbg",
            },
            { download: 650, compile: 1100 },
            (version) => [`github.com/cilium/cilium/pkg/version.ciliumVersion=${version}`],
            // The agent compiles these programs for the kernel, and keeps these resources in the API.
            { "cilium-agent": ["bpf", "pkg/k8s/apis/cilium.io/client/crds"] },
        ),
    ];
}

function kubernetesCommands(...commands: string[]): Record<string, string> {
    return Object.fromEntries(commands.map((command) => [command, `k8s.io/kubernetes/cmd/${command}`]));
}

function bundleJobs({ root, bin, plugins, packages }: Layout): BundleJob[] {
    const bcrypt = { "bcrypt-worker.cjs": join(root, "toolchain", "providers", "random", "bcrypt-worker.cjs") };
    const providers = PROVIDERS.map((name): BundleJob => {
        const version = installedVersion(packages, `@pulumi/${name}`);
        const executable = `pulumi-resource-${name}`;
        return {
            kind: "bundle",
            parts: [executable],
            purpose: "pulumi",
            version,
            entryPoint: join(root, "toolchain", "providers", name, "index.ts"),
            // The engine takes a plugin for installed where a folder has this name and no `.partial` file is beside it.
            executable: join(plugins, `resource-${name}-v${version}`, executable),
            ...(name === "random" && { beside: bcrypt }),
        };
    });
    return [
        {
            kind: "bundle",
            parts: ["pulumi-language-nodejs"],
            purpose: "pulumi",
            version: installedVersion(packages, "@pulumi/pulumi"),
            entryPoint: join(root, "toolchain", "language-host", "index.ts"),
            // Beside `pulumi` it counts as bundled with the engine; elsewhere on PATH the engine warns at each run.
            executable: join(bin, "pulumi-language-nodejs"),
            beside: { "pulumi-language-nodejs.preload.cjs": join(root, "toolchain", "language-host", "preload.ts") },
        },
        {
            kind: "bundle",
            parts: ["pulumi-resource-pulumi-nodejs"],
            purpose: "pulumi",
            version: installedVersion(packages, "@pulumi/pulumi"),
            entryPoint: join(root, "toolchain", "language-host", "dynamic.ts"),
            // It has no version of its own: the engine finds it beside itself, as it does the language host.
            executable: join(bin, "pulumi-resource-pulumi-nodejs"),
        },
        {
            kind: "bundle",
            parts: ["pulumi-providers"],
            purpose: "pulumi",
            version: installedVersion(packages, "@pulumi/pulumi"),
            entryPoint: join(root, "toolchain", "providers", "host.ts"),
            executable: join(bin, "pulumi-providers"),
            beside: bcrypt,
        },
        ...providers,
    ];
}

function pinnedVersion(goMod: string, module: string): string {
    const lines = readFileSync(goMod, "utf8").split("\n");
    const requirement = lines.map((line) => line.replace(/^\s*(require\s+)?/, "").split(/\s+/));
    const version = requirement.find(([path]) => path === module)?.[1];
    if (version === undefined) {
        throw new Error(`${goMod} does not require ${module}: add it with go mod edit -require=${module}@<version>`);
    }
    return version;
}

function installedVersion(packages: string, name: string): string {
    const manifest = readFileSync(join(packages, name, "package.json"), "utf8");
    return (JSON.parse(manifest) as { version: string }).version;
}
