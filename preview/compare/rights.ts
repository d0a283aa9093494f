/** Whose rights grow and shrink: roles as subjects have them, by their bindings. Pure. */
import type { Rendered } from "../render/registrations";
import { groupBy } from "./group";
import { kindOf, metadataOf } from "./show";

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
    /** Namespace, or everywhere. */
    readonly where: string;
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    /** One object; `*` any. */
    readonly name: string;
}

const EVERYWHERE = "everywhere";

export function rightsChanges(
    before: readonly Rendered[],
    after: readonly Rendered[],
): { gained: string[]; lost: string[] } {
    const [olds, news] = [grants(before), grants(after)];
    return { gained: beyond(news, olds), lost: beyond(olds, news) };
}

function beyond(wide: readonly Grant[], known: readonly Grant[]): string[] {
    const bySubject = groupBy(known, ({ subject }) => subject);
    const more = wide.filter((grant) => !bySubject.get(grant.subject)?.some((one) => covers(one, grant)));
    return [...new Set(more.map(inWords))].sort();
}

function covers(wide: Grant, narrow: Grant): boolean {
    return (
        [EVERYWHERE, narrow.where].includes(wide.where) &&
        (["verb", "group", "resource", "name"] as const).every((part) => ["*", narrow[part]].includes(wide[part]))
    );
}

function inWords({ subject, where, verb, group, resource, name }: Grant): string {
    const object = name === "*" ? "" : ` ${name}`;
    return `${subject} may ${verb} ${resource}${group === "" ? "" : `.${group}`}${object} ${where === EVERYWHERE ? where : `in ${where}`}`;
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
                // One that Kubernetes brings along: what it lets do is not declared here.
                { apiGroups: [""], resources: [`whatever ${roleRef.kind} ${roleRef.name} lets`], verbs: ["do"] },
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

function rulesOf({ inputs }: Rendered): readonly Rule[] {
    return (inputs["rules"] ?? []) as readonly Rule[];
}

function single(rule: Rule): Omit<Grant, "subject" | "where">[] {
    const { apiGroups = [""], resources = [], nonResourceURLs = [], resourceNames = ["*"], verbs = [] } = rule;
    const urls = nonResourceURLs.map((resource) => ({ group: "", resource, name: "*" }));
    const objects = apiGroups.flatMap((group) =>
        resources.flatMap((resource) => resourceNames.map((name) => ({ group, resource, name }))),
    );
    return verbs.flatMap((verb) => [...objects, ...urls].map((what) => ({ verb, ...what })));
}
