import type { input } from "@pulumi/kubernetes/types";
import { API_IDENTITY } from "../conventions/mounted";
import { PROGRAM } from "../conventions/programs";
import type { Identity } from "../conventions/users";
import { TOKEN_SECONDS } from "./token";

type Container = input.core.v1.Container;
type PodSpec = input.core.v1.PodSpec;
type Probe = input.core.v1.Probe;

/** Mounted keys: readable by the process's group, by nobody else. */
export const KEY_MODE = 0o440;

/** Requested and limited alike: the Guaranteed class, evicted last. */
export function guaranteed(cpu: string, memory: string): Container["resources"] {
    return { requests: { cpu, memory }, limits: { cpu, memory } };
}

/**
 * A container as the restricted Pod Security profile and the NSA/CISA hardening guide want it: no privilege, no
 * capability, no writable root file system. What must be written to is mounted.
 *
 * @param user where it is another than its pod's, so that a file or a socket of theirs is not its own; mounted keys are its pod's group's
 */
export function hardenedContainer(container: Container, user?: Identity): Container {
    return {
        ...container,
        imagePullPolicy: "IfNotPresent",
        securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            ...(user && { runAsUser: user.uid, runAsGroup: user.gid }),
        },
    };
}

/**
 * The command of a server that reads its certificate when it starts and at SIGHUP: it is told when the mounted Secret has another.
 */
export function following(folder: string, program: string): string[] {
    return [PROGRAM.follow, folder, program];
}

/** Seconds between two looks of a kubelet at what runs. */
const LOOK_SECONDS = 10;
/** Looks in a row without an answer, after which a container is started anew. */
const LOOKS = 6;
/** Seconds for which a server may be on its way up. */
const UP_SECONDS = 60;

/**
 * The three probes of a server, by two questions: whether it can do its work, and whether it still answers. Until it is up it is looked at
 * often, and from then on seldom.
 */
export function probes(
    ready: Probe,
    alive = ready,
): Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
    return {
        startupProbe: { ...ready, periodSeconds: 1, failureThreshold: UP_SECONDS },
        readinessProbe: { ...ready, periodSeconds: LOOK_SECONDS },
        livenessProbe: { ...alive, periodSeconds: LOOK_SECONDS, failureThreshold: LOOKS },
    };
}

/** Those of a server that lets in nobody without a certificate, of which a kubelet has none: that it listens is what can be asked. */
export function listening(port: string): ReturnType<typeof probes> {
    return probes({ tcpSocket: { port } });
}

const API_TOKEN = "api-token";

/**
 * The pod's identity in the API, for the containers that have the mount and no other; the token is good for an hour and
 * renewed by the kubelet: https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
export const apiToken: { readonly volume: input.core.v1.Volume; readonly mount: input.core.v1.VolumeMount } = {
    volume: {
        name: API_TOKEN,
        projected: {
            defaultMode: KEY_MODE,
            sources: [
                { serviceAccountToken: { path: API_IDENTITY.token, expirationSeconds: TOKEN_SECONDS } },
                { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: API_IDENTITY.authority }] } },
                {
                    downwardAPI: {
                        items: [{ path: API_IDENTITY.namespace, fieldRef: { fieldPath: "metadata.namespace" } }],
                    },
                },
            ],
        },
    },
    mount: { name: API_TOKEN, mountPath: API_IDENTITY.folder, readOnly: true },
};

/** A pod to the same standard: not root, no API token but {@link apiToken}, the runtime's default seccomp profile, no host namespaces. */
export function hardenedPod({ uid, gid }: Identity, spec: PodSpec): PodSpec {
    return {
        ...spec,
        automountServiceAccountToken: false,
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
