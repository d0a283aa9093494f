/** In which fields the objects of two sites differ, as they are declared or as they live. Pure. */

/** A declared resource, rendered: https://www.pulumi.com/docs/iac/concepts/resources/names/ has the name and type. */
export interface SiteResource {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Difference {
    /** `type::name` */
    readonly resource: string;
    /** Path into the inputs, `metadata.labels.data-embassy/site`; empty where one site lacks the resource. */
    readonly field: string;
    readonly left: unknown;
    readonly right: unknown;
}

/**
 * Fields that a cluster adds to an object besides what was declared:
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
const BOOKKEEPING = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"];

/** A live object without its cluster's bookkeeping; of a Secret, only the names of its keys. */
export function liveResource(type: string, name: string, object: SiteResource["inputs"]): SiteResource {
    const hidden = Object.keys(object["data"] ?? {}).map((key) => [key, "[secret]"]);
    return {
        type,
        name,
        inputs: {
            ...without(object, "status"),
            metadata: without(object["metadata"] as SiteResource["inputs"], ...BOOKKEEPING),
            ...(object["kind"] === "Secret" && { data: Object.fromEntries(hidden) as object }),
        },
    };
}

function without(object: SiteResource["inputs"], ...keys: readonly string[]): SiteResource["inputs"] {
    return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Every field in which the two differ, declared or not. */
export function differences(left: readonly SiteResource[], right: readonly SiteResource[]): Difference[] {
    const lefts = byResource(left);
    const rights = byResource(right);
    return [...new Set([...lefts.keys(), ...rights.keys()])].flatMap((resource) => {
        const [a, b] = [lefts.get(resource), rights.get(resource)];
        return a === undefined || b === undefined
            ? [{ resource, field: "", left: a !== undefined, right: b !== undefined }]
            : compare(resource, "", a.inputs, b.inputs);
    });
}

function byResource(resources: readonly SiteResource[]): Map<string, SiteResource> {
    return new Map(resources.map((resource) => [`${resource.type}::${lastingName(resource)}`, resource]));
}

/** Cluster API's templates are named by a digest of what they hold (infra/cluster/machines/plan.ts), which the comparison itself looks into. */
function lastingName({ type, name }: SiteResource): string {
    return type.endsWith("Template") ? name.replace(/-[0-9a-f]{8}$/, "") : name;
}

function compare(resource: string, field: string, leftText: unknown, rightText: unknown): Difference[] {
    const [left, right] = [unfold(leftText), unfold(rightText)];
    if (Object.is(left, right)) {
        return [];
    }
    if (!isObject(left) || !isObject(right)) {
        return [{ resource, field, left, right }];
    }
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
        compare(resource, field === "" ? key : `${field}.${key}`, left[key], right[key]),
    );
}

/** Parses a text that is JSON, so that its fields are compared one by one. */
function unfold(value: unknown): unknown {
    return typeof value === "string" && /^\s*\{\s*("[^]*)?\}\s*$/.test(value) ? (JSON.parse(value) as unknown) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
