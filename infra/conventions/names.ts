/** Labels and names that every object carries. */

/** The project's name, which prefixes each key in a stack file. */
export const PROJECT = "data-embassy";

/** Output of each stack with its configuration as it was applied last, which a state holds nowhere else. */
export const SETTINGS_OUTPUT = "settings";

/** Owner of the fields that this program sets by server-side apply. It is fixed, so that a killed run and the next one are the same manager. */
export const FIELD_MANAGER = "data-embassy";

/** Labels of an object in Kubernetes. */
export type Labels = Readonly<Record<string, string>>;

/** Label keys of our own. */
export const LABEL = {
    site: "data-embassy/site",
    registry: "data-embassy/registry",
    feed: "data-embassy/feed",
    rack: "data-embassy/rack",
    role: "data-embassy/role",
} as const;

/** Labels of a node by which pods are spread. */
export const TOPOLOGY = {
    region: "topology.kubernetes.io/region",
    /** The zone that schedulers and storage know of: the first feed of a rack. */
    zone: "topology.kubernetes.io/zone",
    host: "kubernetes.io/hostname",
    rack: LABEL.rack,
} as const;

/** Label of a control plane's machines, and the taint that keeps other pods away: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

/** Recommended by https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
export const COMMON_LABELS = {
    "app.kubernetes.io/part-of": "data-embassy",
    "app.kubernetes.io/managed-by": "pulumi",
} as const;

/** What selects objects with all of these labels: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api */
export function labelSelector(labels: Labels): string {
    return Object.entries(labels)
        .map((label) => label.join("="))
        .join();
}

const MAXIMUM = 63;

/**
 * Joins parts to a DNS label (RFC 1123).
 * @throws Error where the result is longer than 63 characters or not a DNS label
 */
export function dnsLabel(...parts: readonly string[]): string {
    const name = parts.join("-");
    if (name.length > MAXIMUM || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
        throw new Error(
            `"${name}" is not a DNS label of at most ${MAXIMUM} lower-case letters, digits and hyphens; shorten or rename ${parts.join(", ")}`,
        );
    }
    return name;
}

/** Namespace of a registry, prefix of its cluster-wide names, and name of the bucket with its backups. */
export function registryNamespace(registry: string): string {
    return dnsLabel("registry", registry);
}
