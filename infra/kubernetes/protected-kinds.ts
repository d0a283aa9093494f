/** The kinds of objects that hold data or keys and have deletion protection. Pure; policy/ and infra/cluster use it. */

export interface ProtectedKind {
    readonly kind: string;
    readonly apiGroup: string;
    readonly resource: string;
}

/** Namespaces take everything in them along; Secrets hold keys; sets of pods and their claims lead to data, and volumes have it. */
export const PROTECTED_KINDS: readonly ProtectedKind[] = [
    { kind: "Namespace", apiGroup: "", resource: "namespaces" },
    { kind: "Secret", apiGroup: "", resource: "secrets" },
    { kind: "StatefulSet", apiGroup: "apps", resource: "statefulsets" },
    { kind: "PersistentVolumeClaim", apiGroup: "", resource: "persistentvolumeclaims" },
    { kind: "PersistentVolume", apiGroup: "", resource: "persistentvolumes" },
];

/** Annotation of an object that may be removed: its own name, so that one for many at once says nothing. */
export const RELEASE = "data-embassy/release";
