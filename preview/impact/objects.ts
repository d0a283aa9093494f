/** Finds what depends on objects: which objects wait for them when a site is made, and which refer to them. Pure. */
import { described, kindOf, metadataOf } from "../compare/show";
import type { Registered, Rendered } from "../render/registrations";
import type { Found, Line } from "./impact";

const WORKLOADS = ["StatefulSet", "Deployment", "DaemonSet", "CronJob", "Job"];

interface Declared extends Omit<Registered, "resource"> {
    readonly resource: Rendered;
}

export function declaredIn(resources: readonly Registered[]): Declared[] {
    return resources.flatMap(({ resource, ...rest }) => (resource === undefined ? [] : [{ ...rest, resource }]));
}

/** @param those all of the objects; dependents that are among them are not reported */
export function impactOfObjects(those: readonly Declared[], all: readonly Declared[]): Found {
    const urns = new Set(those.map(({ urn }) => urn));
    const rest = all.filter(({ urn }) => !urns.has(urn));
    const users = rest.filter((one) => those.some((that) => names(one.resource, that.resource)));
    const waiting = waitingFor(urns, rest).filter(({ urn }) => !users.some((user) => user.urn === urn));
    const line =
        (what: string) =>
        (one: Declared): Line => ({ who: described(one.resource), what });
    const working = users.filter(({ resource }) => WORKLOADS.includes(kindOf(resource)));
    return {
        stops: users.map(line(`names ${those.length === 1 ? "it" : "one of them"}`)),
        goesOn: waiting.map(line("is made after it, and goes on once it is there")),
        unreachable: [],
        restarts: working.length === 0 ? [] : [working.map(({ resource }) => described(resource))],
    };
}

function waitingFor(urns: ReadonlySet<string>, all: readonly Declared[]): Declared[] {
    return all.filter(({ dependencies }) => dependencies.some((urn) => urns.has(urn)));
}

/** Keys by which objects refer to a kind: the key's value is the name, or contains it. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
    Secret: ["secretName", "secret", "secretKeyRef", "secretRef"],
    ConfigMap: ["configMap", "configMapKeyRef", "configMapRef"],
    ServiceAccount: ["serviceAccountName", "subjects"],
    Role: ["roleRef"],
    ClusterRole: ["roleRef"],
    Service: ["serviceName"],
    Issuer: ["issuerRef"],
    ClusterIssuer: ["issuerRef"],
    PriorityClass: ["priorityClassName"],
    StorageClass: ["storageClassName"],
};

/** Whether an object refers to another one in its own namespace or in none. */
function names(one: Rendered, other: Rendered): boolean {
    const [mine, theirs] = [metadataOf(one), metadataOf(other)];
    if (theirs.namespace !== undefined && theirs.namespace !== mine.namespace) {
        return false;
    }
    // A certificate is in the Secret that it names, so a reference to that Secret is one to the certificate.
    const { secretName } = (other.inputs["spec"] ?? {}) as { secretName?: unknown };
    const [kind, name] = kindOf(other) === "Certificate" ? ["Secret", secretName] : [kindOf(other), theirs.name];
    const keys = REFERENCES[kind] ?? [];
    return typeof name === "string" && kindOf(one) !== "Certificate" && holds(one.inputs, keys, name);
}

function holds(value: unknown, keys: readonly string[], name: string): boolean {
    if (typeof value !== "object" || value === null) {
        return false;
    }
    return Object.entries(value).some(
        ([key, item]) => (keys.includes(key) && isName(item, name)) || holds(item, keys, name),
    );
}

function isName(value: unknown, name: string): boolean {
    const each: readonly unknown[] = Array.isArray(value) ? value : [value];
    return each.some(
        (item) => item === name || (typeof item === "object" && item !== null && "name" in item && item.name === name),
    );
}
