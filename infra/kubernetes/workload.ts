import type { input } from "@pulumi/kubernetes/types";
import { API_IDENTITY } from "../conventions/mounted";
import { PROGRAM } from "../conventions/programs";
import type { Identity } from "../conventions/users";
import { TOKEN_SECONDS } from "./token";

type Container = input.core.v1.Container;
type PodSpec = input.core.v1.PodSpec;
type Probe = input.core.v1.Probe;

/** Mode of mounted keys: the process's group can read them, and nobody else. */
export const KEY_MODE = 0o440;

/** Requests and limits that are equal, for the Guaranteed class, which is evicted last. */
export function guaranteed(cpu: string, memory: string): Container["resources"] {
    return { requests: { cpu, memory }, limits: { cpu, memory } };
}

/**
 * A container as the restricted Pod Security profile and the NSA/CISA hardening guide want it: no privilege, no
 * capability, no writable root file system. What must be written to is mounted.
 *
 * @param user where it differs from its pod's, so that it does not own the files and sockets of the others; mounted keys belong to the
 * pod's group
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

/** The command of a server that reads its certificate when it starts and at SIGHUP, which it gets when the mounted Secret has changed. */
export function following(folder: string, program: string): string[] {
    return [PROGRAM.follow, folder, program];
}

/** Seconds between two probes of a kubelet. */
const LOOK_SECONDS = 10;
/** Failed probes in a row after which a container is restarted. */
const LOOKS = 6;
/** Seconds that a server may take to start. */
const UP_SECONDS = 60;

/**
 * The three probes of a server, from two questions: whether it can do its work, and whether it still answers. Until it is up it is probed
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

/** Probes of a server that admits nobody without a certificate. A kubelet has none, so that they check only whether the server listens. */
export function listening(port: string): ReturnType<typeof probes> {
    return probes({ tcpSocket: { port } });
}

const API_TOKEN = "api-token";

/**
 * The pod's identity in the API, only for the containers that have the mount. The token is valid for an hour, and the kubelet renews it:
 * https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
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
