/** Makes the lab's own objects in a site's API match the inventory. An unchanged object costs only a read. */
import { execFile, ExecFileException } from "node:child_process";
import * as path from "node:path";
import { labelSelector } from "../infra/conventions/names";
import { LabError, explain } from "./errors";
import { FIELD_MANAGER, Manifest, OWNED } from "./objects";
import { SitePaths } from "./paths";
import { get } from "./probe";

const READ_MS = 10_000;
const WRITE_MS = 60_000;

const COLLECTIONS: Readonly<Record<string, string>> = {
    Node: "/api/v1/nodes",
    PersistentVolume: "/api/v1/persistentvolumes",
    ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    EndpointSlice: "/apis/discovery.k8s.io/v1/endpointslices",
    CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
};

export interface Live {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly status?: {
        readonly phase?: string;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
    readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
}

/** Address and credentials for a site's API. */
export interface Access {
    readonly paths: SitePaths;
    readonly port: number;
    readonly binDirectory: string;
}

/** The objects of `kind` that the lab owns. */
export async function listOwned({ paths, port }: Access, kind: string, timeoutMs = READ_MS): Promise<Live[]> {
    const selector = encodeURIComponent(labelSelector(OWNED));
    const url = `${COLLECTIONS[kind] ?? ""}?labelSelector=${selector}`;
    const query = { port, path: url, authority: "ca", as: "admin" } as const;
    const { status, body } = await get(paths, query, timeoutMs).catch((error: unknown) => {
        throw new LabError(
            `The API server of ${paths.site} does not answer: ${explain(error)}. See ${paths.log("kube-apiserver")}.`,
        );
    });
    if (status !== 200) {
        throw new LabError(
            `The API server of ${paths.site} answered ${status} to GET ${url}. See ${paths.log("kube-apiserver")}.`,
        );
    }
    const { items } = JSON.parse(body) as { items: Omit<Live, "kind">[] };
    return items.map((item) => ({ ...item, kind }));
}

/** Whether `live` includes everything in `wanted`: fields by name, and list elements at any position. */
export function includes(live: unknown, wanted: unknown): boolean {
    if (Array.isArray(wanted)) {
        return Array.isArray(live) && wanted.every((element) => live.some((candidate) => includes(candidate, element)));
    }
    if (typeof wanted === "object" && wanted !== null) {
        const fields = (live ?? {}) as Record<string, unknown>;
        return Object.entries(wanted).every(([key, value]) => includes(fields[key], value));
    }
    return live === wanted;
}

export interface Changes {
    readonly apply: readonly Manifest[];
    readonly remove: readonly Live[];
}

/** The changes that lead from `live` to `wanted`. */
export function difference(wanted: readonly Manifest[], live: readonly Live[]): Changes {
    const key = ({ kind, metadata }: Pick<Manifest, "kind"> & { metadata: { name: string } }): string =>
        `${kind}/${metadata.name}`;
    const existing = new Map(live.map((object) => [key(object), object]));
    const keep = new Set(wanted.map(key));
    return {
        apply: wanted.filter(
            (manifest) => !includes({ apiVersion: manifest.apiVersion, ...existing.get(key(manifest)) }, manifest),
        ),
        // A volume that was ever bound may hold data, so it stays until someone removes it.
        remove: live.filter(
            (object) =>
                !keep.has(key(object)) && (object.kind !== "PersistentVolume" || object.status?.phase === "Available"),
        ),
    };
}

/** @returns the number of objects that it wrote and removed. @throws LabError with kubectl's own words. */
export async function converge(access: Access, wanted: readonly Manifest[]): Promise<number> {
    const live = (await Promise.all(Object.keys(COLLECTIONS).map((kind) => listOwned(access, kind)))).flat();
    const { apply, remove } = difference(wanted, live);
    if (apply.length > 0) {
        await serverSideApply(access, apply);
        // An ordinary write leaves the status of an existing node untouched.
        const known = new Set(live.filter(({ kind }) => kind === "Node").map(({ metadata }) => metadata.name));
        const nodes = apply.filter(({ kind, metadata }) => kind === "Node" && known.has(metadata.name));
        if (nodes.length > 0) {
            await serverSideApply(access, nodes, "--subresource=status");
        }
    }
    for (const { kind, metadata } of remove) {
        // The controller manager removes finalizers, and it may not run yet.
        await kubectl(access, ["delete", kind, metadata.name, "--ignore-not-found", "--wait=false"]);
    }
    return apply.length + remove.length;
}

async function serverSideApply(access: Access, items: readonly Manifest[], ...flags: string[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const manager = `--field-manager=${FIELD_MANAGER}`;
    await kubectl(access, ["apply", "--server-side", "--force-conflicts", manager, ...flags, "-f", "-"], list);
}

export function kubectl({ paths, binDirectory }: Access, args: readonly string[], input = ""): Promise<void> {
    const common = [`--kubeconfig=${paths.kubeconfig}`, `--cache-dir=${path.join(paths.directory, "kubectl-cache")}`];
    return new Promise((resolve, reject) => {
        const done = (error: ExecFileException | null, _stdout: string, stderr: string): void =>
            error
                ? reject(
                      new LabError(`${paths.site}: kubectl ${args[0] ?? ""} failed: ${stderr.trim() || error.message}`),
                  )
                : resolve();
        const env = { PATH: process.env["PATH"], HOME: paths.directory };
        const settings = { env, maxBuffer: 1 << 26, timeout: WRITE_MS };
        const child = execFile(path.join(binDirectory, "kubectl"), [...common, ...args], settings, done);
        child.stdin?.end(input);
    });
}
