/** Tells whose rights grow and shrink: the roles of subjects, by their bindings. Pure. */
import type { PlainMap } from "../../toolchain/plugin/values";
import type { Rendered } from "../render/registrations";
import { at, list, map, text } from "../../toolchain/providers/kubernetes/objects";
import { groupBy } from "../group";
import { workloadName, workloadsOf } from "./pods";
import { described, kindOf, metadataOf } from "./show";

interface Rule {
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
    readonly verbs?: readonly string[];
}

interface Binding {
    readonly roleRef: { readonly kind: string; readonly name: string };
    readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

interface Grant {
    readonly subject: string;
    /** Namespace in which the right holds, or everywhere. */
    readonly where: string;
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    /** Name of one object; `*` stands for any. */
    readonly name: string;
}

const EVERYWHERE = "everywhere";

export function rightsChanges(
    before: readonly Rendered[],
    after: readonly Rendered[],
): { gained: string[]; lost: string[] } {
    const [olds, news] = [grants(before), grants(after)];
    const [oldTokens, newTokens] = [tokens(before), tokens(after)];
    const told = (rights: readonly string[], one: readonly string[], other: ReadonlySet<string>): string[] =>
        [...new Set([...rights, ...one.filter((token) => !other.has(token))])].sort();
    // A subject that comes or goes as a whole is told as such.
    const [known, left] = [before, after].map((all) => new Set(all.map(described)));
    const both = ({ who }: Certified): boolean => known?.has(who) === true && left?.has(who) === true;
    const texts = (all: readonly Certified[]): string[] => all.filter(both).map(({ text: said }) => said);
    const [oldNames, newNames] = [texts(certified(before)), texts(certified(after))];
    return {
        gained: told(beyond(news, olds), [...newTokens, ...newNames], new Set([...oldTokens, ...oldNames])),
        lost: told(beyond(olds, news), [...oldTokens, ...oldNames], new Set([...newTokens, ...newNames])),
    };
}

function beyond(wide: readonly Grant[], known: readonly Grant[]): string[] {
    const bySubject = groupBy(known, ({ subject }) => subject);
    const more = wide.filter((grant) => !bySubject.get(grant.subject)?.some((one) => covers(one, grant)));
    // All verbs for the same objects are one sentence.
    const alike = groupBy(more, (grant) => JSON.stringify({ ...grant, verb: "" }));
    return [...alike.values()].flatMap(([first, ...others]) =>
        first === undefined ? [] : inWords(first, new Set([first, ...others].map(({ verb }) => verb))),
    );
}

/** The identities that pods can show to the API server: https://kubernetes.io/docs/concepts/security/service-accounts/ */
function tokens(resources: readonly Rendered[]): string[] {
    return workloadsOf(resources).flatMap(({ namespace, labels, spec }) => {
        const projected = list(spec, "volumes").some((volume) =>
            list(volume, "projected", "sources").some((source) => at(source, "serviceAccountToken") !== undefined),
        );
        return projected || spec["automountServiceAccountToken"] === true
            ? [
                  `${workloadName(namespace, { matchLabels: { ...labels } })} has a token of ServiceAccount ${namespace}/${text(spec, "serviceAccountName") || "default"}`,
              ]
            : [];
    });
}

interface Certified {
    readonly who: string;
    readonly text: string;
}

/** Fields with the names that a certificate proves, in cert-manager's objects and in those of the engine's provider. */
const NAMES = ["dnsNames", "ipAddresses", "uris", "emailAddresses"];

function certified(resources: readonly Rendered[]): Certified[] {
    return resources
        .filter((one) => ["Certificate", "CertRequest", "SelfSignedCert", "LocallySignedCert"].includes(kindOf(one)))
        .flatMap((one) => {
            const who = described(one);
            const inputs = one.inputs as PlainMap;
            const spec = kindOf(one) === "Certificate" ? map(inputs, "spec") : inputs;
            const names = [
                ...NAMES.flatMap((name) => list(spec, name).map(String)),
                ...["commonName", "subject"].flatMap((where) => {
                    const name = text(spec, where) || text(spec, where, "commonName");
                    return name === "" ? [] : [name];
                }),
            ];
            const issues = spec["isCA"] === true || spec["isCaCertificate"] === true;
            return [
                ...[...new Set(names)]
                    .filter((name) => !isOwn(one, name))
                    .map((name) => ({ who, text: `${who} stands for ${name}` })),
                ...(issues ? [{ who, text: `${who} may issue others` }] : []),
            ];
        });
}

/** True for the name of a Service or a pod in the object's own namespace, as for an added member; a request's certificate tells it too. */
function isOwn(one: Rendered, name: string): boolean {
    const place = /\.([\w-]+)\.svc(\.[\w.-]+)?$/.exec(name)?.[1];
    return place !== undefined && [undefined, place].includes(metadataOf(one).namespace);
}

function covers(wide: Grant, narrow: Grant): boolean {
    return (
        [EVERYWHERE, narrow.where].includes(wide.where) &&
        (["verb", "group", "resource", "name"] as const).every((part) => ["*", narrow[part]].includes(wide[part]))
    );
}

function inWords({ subject, where, group, resource, name }: Grant, verbs: Iterable<string>): string {
    const object = name === "*" ? "" : ` ${name}`;
    return `${subject} may ${[...verbs].join(", ")} ${resource}${group === "" ? "" : `.${group}`}${object} ${where === EVERYWHERE ? where : `in ${where}`}`;
}

function grants(resources: readonly Rendered[]): Grant[] {
    const roles = new Map(
        resources
            .filter((one) => ["Role", "ClusterRole"].includes(kindOf(one)))
            .map((one) => [roleKey(kindOf(one), metadataOf(one).name, metadataOf(one).namespace), rulesOf(one)]),
    );
    return resources
        .filter((one) => ["RoleBinding", "ClusterRoleBinding"].includes(kindOf(one)))
        .flatMap((one) => {
            const { namespace } = metadataOf(one);
            const { roleRef, subjects = [] } = one.inputs as unknown as Binding;
            const rules = roles.get(roleKey(roleRef.kind, roleRef.name, namespace)) ?? [
                // The role comes with Kubernetes, so its rules are not declared here.
                roleRef.name === "cluster-admin"
                    ? { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }
                    : { apiGroups: [""], resources: [`whatever ${roleRef.kind} ${roleRef.name} lets`], verbs: ["do"] },
            ];
            return subjects.flatMap((subject) => {
                const who = [subject.namespace, subject.name].filter((part) => part !== undefined).join("/");
                return rules
                    .flatMap(single)
                    .map((right) => ({ subject: `${subject.kind} ${who}`, where: namespace ?? EVERYWHERE, ...right }));
            });
        });
}

function roleKey(kind: string, name = "", namespace = ""): string {
    return kind === "ClusterRole" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The rules of a role; where it is aggregated from other roles, their rules are not declared in it. */
function rulesOf({ inputs }: Rendered): readonly Rule[] {
    const others = list(inputs as PlainMap, "aggregationRule", "clusterRoleSelectors").map((selector) => ({
        apiGroups: [""],
        resources: [`whatever roles with ${JSON.stringify(map(selector, "matchLabels"))} let`],
        verbs: ["do"],
    }));
    return [...((inputs["rules"] ?? []) as readonly Rule[]), ...others];
}

function single(rule: Rule): Omit<Grant, "subject" | "where">[] {
    const { apiGroups = [""], resources = [], nonResourceURLs = [], resourceNames = ["*"], verbs = [] } = rule;
    const urls = nonResourceURLs.map((resource) => ({ group: "", resource, name: "*" }));
    const objects = apiGroups.flatMap((group) =>
        resources.flatMap((resource) => resourceNames.map((name) => ({ group, resource, name }))),
    );
    return verbs.flatMap((verb) => [...objects, ...urls].map((what) => ({ verb, ...what })));
}
