import type * as pulumi from "@pulumi/pulumi";
import { FIELD_MANAGER, type Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";
import { BY_DECLARED } from "./declarations";
import { FOREIGN_IMAGES, LINES } from "./plan-declared";
import { BETWEEN_MAKERS, CONTROLLERS, asked } from "./plan-kubernetes";

const MAKERS = Object.entries(BETWEEN_MAKERS)
    .map(([kind, users]) => `(request.kind.kind == "${kind}" && ${asked(users)})`)
    .join(" || ");

/** CEL: the topmost owner, which is the CronJob of a Job, also of one started by hand, and the Deployment of a ReplicaSet. */
const OWNER = `${CONTROLLERS}.map(o, o.kind + "." + o.name)`;

/** CEL: the pod template of a workload; a ControllerRevision has none of its own. */
const TEMPLATE = (object: string): string =>
    `(request.kind.kind == "CronJob" ? ${object}.spec.jobTemplate.spec.template : ${object}.spec.template)`;

/** CEL: a dry run by this program. It changes nothing, so that a preview may ask what a change would do before that change is written down. */
const PREVIEWED = `(request.?dryRun.orValue(false) && request.?options.?fieldManager.orValue("") == "${FIELD_MANAGER}")`;

/**
 * The API server accepts only workloads that the program declares, in any namespace and from anybody, and only as it declares them: image,
 * command, variables, mounts and labels. An existing workload that differs from its declaration goes on with the template that it has.
 * Entering a pod all the same takes a break-glass certificate.
 */
export function declaredWorkloads(
    name: string,
    { labels }: { readonly labels: Labels },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    const rule = (apiGroup: string, ...resources: string[]) => ({
        apiGroups: [apiGroup],
        apiVersions: ["v1"],
        operations: ["CREATE", "UPDATE"],
        resources,
    });
    return refusing(
        name,
        {
            called: "declared-workloads",
            labels,
            ...BY_DECLARED,
            matchConstraints: {
                resourceRules: [
                    rule("apps", "deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"),
                    rule("batch", "cronjobs", "jobs"),
                    rule("", "replicationcontrollers"),
                ],
            },
            matchConditions: [
                { name: "not-made-of-it", expression: `!(${MAKERS})` },
                { name: "not-previewed", expression: `!${PREVIEWED}` },
                {
                    name: "changed",
                    expression: `request.kind.kind == "ControllerRevision" || oldObject == null || ${TEMPLATE("oldObject")} != ${TEMPLATE("object")}`,
                },
            ],
            variables: [
                { name: "own", expression: 'request.kind.kind + "." + object.metadata.name' },
                { name: "owner", expression: OWNER },
                {
                    name: "key",
                    expression:
                        'request.namespace + "." + (size(variables.owner) > 0 ? variables.owner[0] : variables.own)',
                },
                {
                    name: "known",
                    expression:
                        'request.kind.kind != "ControllerRevision" && has(params.data) && variables.key in params.data',
                },
                { name: "declared", expression: 'variables.known ? params.data[variables.key].split("\\n") : []' },
                { name: "template", expression: TEMPLATE("object") },
                { name: "lines", expression: `variables.known ? ${LINES} : []` },
                {
                    // A variable whose value was unknown when the declaration was written is listed by its name alone.
                    name: "foreign",
                    expression:
                        `(variables.known ? ${FOREIGN_IMAGES} : []) + ` +
                        'variables.lines.filter(l, !(l in variables.declared) && !(l.startsWith("env ") && l.split("=")[0] in variables.declared))',
                },
            ],
            validations: [
                {
                    expression: "variables.known",
                    reason: "Forbidden",
                    messageExpression:
                        'variables.key + " is not declared, and nothing runs here that is not: declare it in the program"',
                },
                {
                    expression:
                        "!variables.known || (size(variables.foreign) == 0 && size(variables.lines) == size(variables.declared))",
                    reason: "Forbidden",
                    messageExpression:
                        `variables.key + " is not as it is declared: change the program. " + ` +
                        '(size(variables.foreign) > 0 ? "Not declared: " + variables.foreign.join("; ") : "Something that is declared is missing")',
                },
            ],
        },
        opts,
    );
}
