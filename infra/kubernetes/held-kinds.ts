/** What holds data or keys, of which nothing is removed in one step. Pure; policy/ and infra/cluster hold to it. */

export interface HeldKind {
    readonly kind: string;
    readonly apiGroup: string;
    readonly resource: string;
}

/** Namespaces take everything in them along; Secrets hold keys; sets of pods and their claims lead to data, and volumes have it. */
export const HELD_KINDS: readonly HeldKind[] = [
    { kind: "Namespace", apiGroup: "", resource: "namespaces" },
    { kind: "Secret", apiGroup: "", resource: "secrets" },
    { kind: "StatefulSet", apiGroup: "apps", resource: "statefulsets" },
    { kind: "PersistentVolumeClaim", apiGroup: "", resource: "persistentvolumeclaims" },
    { kind: "PersistentVolume", apiGroup: "", resource: "persistentvolumes" },
];

/** Annotation of an object that may be removed: its own name, so that one for many at once says nothing. */
export const RELEASE = "data-embassy/release";
