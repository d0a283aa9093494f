import type * as pulumi from "@pulumi/pulumi";

/**
 * Deletion protection, for resources that hold data or keys. The engine refuses to delete one until somebody has run `pulumi state
 * unprotect`; even then the object stays in the cluster, where the API server refuses its deletion until it is released
 * (`cluster/access/deletion-admission.ts`).
 */
export const PROTECTED = { protect: true, retainOnDelete: true } as const satisfies pulumi.CustomResourceOptions;
