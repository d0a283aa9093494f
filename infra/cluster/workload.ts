import type { input } from "@pulumi/kubernetes/types";

type Container = input.core.v1.Container;
type PodSpec = input.core.v1.PodSpec;

/** User and group of an image's process; the restricted profile forbids root. */
export interface Identity {
    readonly uid: number;
    readonly gid: number;
}

/** Requested and limited alike: the Guaranteed class, evicted last. */
export function guaranteed(cpu: string, memory: string): Container["resources"] {
    return { requests: { cpu, memory }, limits: { cpu, memory } };
}

/**
 * A container as the restricted Pod Security profile and the NSA/CISA hardening guide want it: no privilege, no
 * capability, no writable root file system. What must be written to is mounted.
 */
export function hardenedContainer(container: Container): Container {
    return {
        ...container,
        imagePullPolicy: "IfNotPresent",
        securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
        },
    };
}

/**
 * A pod to the same standard: not root, the runtime's default seccomp profile, no host namespaces, and no API token
 * unless the spec asks for it by `automountServiceAccountToken`.
 */
export function hardenedPod({ uid, gid }: Identity, spec: PodSpec): PodSpec {
    return {
        automountServiceAccountToken: false,
        ...spec,
        enableServiceLinks: false,
        securityContext: {
            runAsNonRoot: true,
            runAsUser: uid,
            runAsGroup: gid,
            fsGroup: gid,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
        },
    };
}
