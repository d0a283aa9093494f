/** A Kubernetes object as a program declares it; unknown values are undefined in a preview. */
export interface KubernetesObject {
    readonly kind: string;
    readonly metadata?: {
        readonly name?: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    readonly spec?: Readonly<Record<string, unknown>>;
}

/** A rule about single objects: what is wrong with one, a sentence each; nothing where all is right. */
export interface Rule {
    readonly name: string;
    readonly description: string;
    readonly violations: (object: KubernetesObject) => string[];
}
