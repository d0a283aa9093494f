import type { KubernetesObject } from "./rule";

/** Settings that pods and containers both have; a container's takes precedence over its pod's. */
export interface SecurityContext {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly seccompProfile?: { readonly type?: string };
    readonly appArmorProfile?: { readonly type?: string };
    readonly seLinuxOptions?: object;
    readonly windowsOptions?: object;
}

export interface Container {
    readonly name?: string;
    readonly image?: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly {
        readonly name?: string;
        readonly value?: string;
        readonly valueFrom?: { readonly secretKeyRef?: object };
    }[];
    readonly envFrom?: readonly { readonly secretRef?: { readonly name?: string } }[];
    readonly ports?: readonly { readonly hostPort?: number }[];
    readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
    readonly securityContext?: SecurityContext & {
        readonly allowPrivilegeEscalation?: boolean;
        readonly privileged?: boolean;
        readonly procMount?: string;
        readonly readOnlyRootFilesystem?: boolean;
        readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
    };
}

export interface PodSpec {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
    readonly automountServiceAccountToken?: boolean;
    readonly serviceAccountName?: string;
    readonly volumes?: readonly {
        readonly name?: string;
        readonly emptyDir?: { readonly sizeLimit?: string };
        readonly ephemeral?: object;
        readonly [source: string]: unknown;
    }[];
    readonly hostAliases?: readonly { readonly ip?: string }[];
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly hostUsers?: boolean;
    readonly securityContext?: SecurityContext & {
        readonly supplementalGroups?: readonly number[];
        readonly fsGroup?: number;
        readonly sysctls?: readonly object[];
    };
    readonly topologySpreadConstraints?: readonly {
        readonly topologyKey?: string;
        readonly maxSkew?: number;
        readonly whenUnsatisfiable?: string;
    }[];
}

interface Template {
    readonly template?: { readonly spec?: PodSpec };
}

/** Whether an object is one of Cluster API's own, whose templates are for machines and not for pods. */
export function makesMachines({ apiVersion = "" }: KubernetesObject): boolean {
    return /^([a-z]+\.)?cluster\.x-k8s\.io\//.test(apiVersion);
}

/** The pods that an object is or makes; undefined where it makes none. */
export function podSpecOf(object: KubernetesObject): PodSpec | undefined {
    if (makesMachines(object)) {
        return undefined;
    }
    const { kind, spec } = object;
    switch (kind) {
        case "Pod":
            return spec;
        case "PodTemplate":
            return (object as Template).template?.spec;
        case "CronJob":
            return (spec?.["jobTemplate"] as { readonly spec?: Template } | undefined)?.spec?.template?.spec;
        default:
            return (spec as Template | undefined)?.template?.spec;
    }
}

export function containersOf(object: KubernetesObject): readonly Container[] {
    const pod = podSpecOf(object);
    return [pod?.initContainers, pod?.containers, pod?.ephemeralContainers].flatMap((containers) => containers ?? []);
}
