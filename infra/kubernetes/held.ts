import type * as pulumi from "@pulumi/pulumi";

/**
 * For what holds data or keys: losing it takes two deliberate steps (`pulumi state unprotect`, then a deletion), and
 * even then the object in the cluster stays until somebody removes it by hand, which `two-steps.ts` makes two steps too.
 */
export const HELD = { protect: true, retainOnDelete: true } as const satisfies pulumi.CustomResourceOptions;
