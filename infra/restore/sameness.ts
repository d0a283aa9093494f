/**
 * What "identical" means: two sites are compared object for object, field for field, and may differ in the fields that
 * are declared here and in no other.
 */

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

/** A difference that is meant, and why. */
export interface DeclaredField {
    readonly resource: RegExp;
    readonly field: RegExp;
    readonly why: string;
}

const OWN_FIELDS: readonly DeclaredField[] = [
    {
        resource: /^kubernetes:/,
        field: /^metadata\.labels\.data-embassy\/(site|role)$/,
        why: "an object says which site it belongs to, and as what that site serves",
    },
    {
        resource: /^pulumi:providers:kubernetes::site$/,
        field: /^(context|clusterIdentifier)$/,
        why: "each site is a cluster of its own",
    },
    {
        resource: /^kubernetes:core\/v1:Service::/,
        field: /^spec\.clusterIP$/,
        why: "each site has ranges of addresses of its own",
    },
    {
        resource: /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy::/,
        field: /^spec\.egress\.\d+\.to\.\d+\.ipBlock\.cidr$/,
        why: "each site has an API server of its own",
    },
];

/** Luxembourg against an environment restored from it. */
export const RESTORE_MAY_DIFFER: readonly DeclaredField[] = [
    ...OWN_FIELDS,
    {
        resource: /::dns-(configuration|server)$/,
        field: /^(data\.zone|spec\.template\.metadata\.annotations\.data-embassy\/configuration)$/,
        why: "an environment has names of its own, which no other site knows",
    },
];

/** Tallinn against Luxembourg. */
export const SITES_MAY_DIFFER: readonly DeclaredField[] = [
    ...OWN_FIELDS,
    {
        resource: /^tls:.*::(root|tallinn-issuer|luxembourg-issuer|restore-issuer)-(key|request|certificate)$/,
        field: /^$/,
        why: "the root and what it signs directly are in Tallinn alone",
    },
    {
        resource: /^pulumi:pulumi:StackReference::root-holder$/,
        field: /^$/,
        why: "a site without the root takes its intermediate from the stack that has it",
    },
];

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

/** The differences that nobody declared: two sites are the same where there are none. */
export function undeclared(all: readonly Difference[], declared: readonly DeclaredField[]): Difference[] {
    return all.filter((one) => !declared.some((may) => may.resource.test(one.resource) && may.field.test(one.field)));
}

function byResource(resources: readonly SiteResource[]): Map<string, SiteResource> {
    return new Map(resources.map((resource) => [`${resource.type}::${resource.name}`, resource]));
}

function compare(resource: string, field: string, left: unknown, right: unknown): Difference[] {
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

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
