/** A Kubernetes object as a program declares it; unknown values are undefined in a preview. */
export interface KubernetesObject {
    readonly apiVersion?: string;
    readonly kind: string;
    readonly metadata?: {
        readonly name?: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly data?: Readonly<Record<string, string>>;
    /** What a ConfigMap holds in base64. */
    readonly binaryData?: Readonly<Record<string, string>>;
    /** What a Role or ClusterRole allows. */
    readonly rules?: readonly {
        readonly apiGroups?: readonly string[];
        readonly resources?: readonly string[];
        readonly verbs?: readonly string[];
    }[];
    /** The role that a RoleBinding or ClusterRoleBinding gives, and who gets it. */
    readonly roleRef?: { readonly kind: string; readonly name: string };
    readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

/** How the program keeps an object that it declared. */
export interface Holding {
    readonly protect: boolean;
}

/** A rule about single objects. It reports what is wrong with one, a sentence each, and nothing where all is right. */
export interface Rule {
    readonly name: string;
    readonly description: string;
    readonly violations: (object: KubernetesObject, holding: Holding) => string[];
}
