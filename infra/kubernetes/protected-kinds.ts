/** The kinds of objects that hold data or keys and have deletion protection. Pure; policy/ and infra/cluster use it. */

export interface ProtectedKind {
    readonly kind: string;
    readonly apiGroup: string;
    readonly resource: string;
}

/** Deleting a namespace deletes everything in it. Secrets hold keys. StatefulSets and claims lead to data, and volumes hold it. */
export const PROTECTED_KINDS: readonly ProtectedKind[] = [
    { kind: "Namespace", apiGroup: "", resource: "namespaces" },
    { kind: "Secret", apiGroup: "", resource: "secrets" },
    { kind: "StatefulSet", apiGroup: "apps", resource: "statefulsets" },
    { kind: "PersistentVolumeClaim", apiGroup: "", resource: "persistentvolumeclaims" },
    { kind: "PersistentVolume", apiGroup: "", resource: "persistentvolumes" },
];

/**
 * Annotation that permits the removal of an object. Its value is the object's own name, so that one value for many objects at once permits
 * nothing.
 */
export const RELEASE = "data-embassy/release";
