/** Names by which the objects that declare machines know each other. */

/** Namespace of all these objects. */
export const MACHINES = "machines";
/** The name of the cluster in every site: it is the only one there. */
export const CLUSTER = "embassy";

/** API groups: https://cluster-api.sigs.k8s.io/reference/glossary and https://book.metal3.io */
export const GROUP = {
    core: "cluster.x-k8s.io",
    controlPlane: "controlplane.cluster.x-k8s.io",
    bootstrap: "bootstrap.cluster.x-k8s.io",
    infrastructure: "infrastructure.cluster.x-k8s.io",
} as const;
/** The API version of all four groups. */
export const VERSION = "v1beta2";

/** A declared object; its component adds its namespace and common labels. */
export interface MachineObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly spec: Readonly<Record<string, unknown>>;
}

export type Role = "worker" | "control-plane";

/** An object of these groups. */
export function clusterObject(
    group: keyof typeof GROUP,
    kind: string,
    name: string,
    rest: Omit<MachineObject, "apiVersion" | "kind" | "name">,
): MachineObject {
    return { apiVersion: `${GROUP[group]}/${VERSION}`, kind, name, ...rest };
}

/** The form in which one object refers to another. */
export function reference({ apiVersion, kind, name }: MachineObject): { apiGroup: string; kind: string; name: string } {
    return { apiGroup: apiVersion.split("/")[0] ?? "", kind, name };
}
