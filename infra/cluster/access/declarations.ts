import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../../conventions/names";
import { metadata } from "../../kubernetes/metadata";
import { DECLARED, type Template, WORKLOADS, declaredKey, imagesOf, linesOf } from "./plan-declared";
import { KUBERNETES_NAMESPACE } from "./plan-kubernetes";

/** The part of a resource's inputs that is read here. */
interface Declared {
    readonly kind?: string;
    readonly metadata: { readonly name: string; readonly namespace?: unknown };
    readonly spec?: {
        readonly template?: Template;
        readonly jobTemplate?: { readonly spec: { readonly template: Template } };
        readonly secretName?: string;
    };
}

/** For a policy: its `params` are what is declared, and it refuses every request where that is not written down. */
export const BY_DECLARED = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    paramRef: { name: DECLARED, namespace: KUBERNETES_NAMESPACE, parameterNotFoundAction: "Deny" },
};

const OBJECT = /^kubernetes:[^:]+:([A-Za-z]+)$/;

/**
 * Collects every workload of a site as it is declared, and writes all of them down for the API server before any is created, so that only
 * what is written there can run. A component has one namespace, which it creates before the objects in it, or it names one that every cluster
 * has.
 */
export class Declarations {
    private readonly lines = new Map<string, string>();
    private readonly namespaces = new Map<pulumi.Resource, string>();
    private written!: (resources: pulumi.Resource[]) => void;
    /** Resolves once all workloads are known. */
    private readonly before = new Promise<pulumi.Resource[]>((resolve) => (this.written = resolve));

    /** @param others workloads that the program knows of and does not create: key → template */
    constructor(others: Readonly<Record<string, Template>>) {
        Object.entries(others).forEach(([key, template]) => this.tell(key, template));
    }

    /** For the options of the component that contains all workloads. */
    readonly transformation: pulumi.ResourceTransformation = ({ type, props, opts }) => {
        const { kind: custom, metadata: meta, spec } = props as Declared;
        const kind = custom ?? OBJECT.exec(type)?.[1] ?? "";
        if (kind === "Namespace" && opts.parent !== undefined) {
            this.namespaces.set(opts.parent, meta.name);
        }
        if (kind === "Certificate" && spec?.secretName !== undefined) {
            this.lines.set(declaredKey(this.namespaceOf(opts), "Secret", spec.secretName), "");
        }
        const template = spec?.jobTemplate?.spec.template ?? spec?.template;
        if (!(kind in WORKLOADS) || template === undefined) {
            return undefined;
        }
        const namespace = typeof meta.namespace === "string" ? meta.namespace : this.namespaceOf(opts);
        this.tell(declaredKey(namespace, kind, meta.name), template);
        return { props, opts: pulumi.mergeOptions(opts, { dependsOn: pulumi.output(this.before) }) };
    };

    /** Call this when everything is declared. */
    write(name: string, labels: Labels, opts: pulumi.CustomResourceOptions): void {
        const sorted = [...this.lines].sort(([one], [other]) => one.localeCompare(other, "en"));
        this.written([
            new ConfigMap(
                name,
                { metadata: metadata(DECLARED, labels, KUBERNETES_NAMESPACE), data: Object.fromEntries(sorted) },
                opts,
            ),
        ]);
    }

    private tell(key: string, template: Template): void {
        this.lines.set(key, linesOf(template).join("\n"));
        Object.entries(imagesOf(template)).forEach(([container, image]) =>
            this.lines.set(`${key}.${container}`, image),
        );
    }

    private namespaceOf({ parent }: pulumi.CustomResourceOptions): string {
        const namespace = parent && this.namespaces.get(parent);
        if (namespace === undefined) {
            throw new Error("a workload is declared by a component that has made no namespace before");
        }
        return namespace;
    }
}
