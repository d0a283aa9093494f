import type * as pulumi from "@pulumi/pulumi";
import { FIELD_MANAGER, type Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";
import { BY_DECLARED } from "./declarations";
import { FOREIGN_IMAGES, LINES } from "./plan-declared";
import { BETWEEN_MAKERS, CONTROLLERS, asked } from "./plan-kubernetes";

const MAKERS = Object.entries(BETWEEN_MAKERS)
    .map(([kind, users]) => `(request.kind.kind == "${kind}" && ${asked(users)})`)
    .join(" || ");

/** Of a Job that a schedule has, also by hand, and of a set of pods that a Deployment has, the top. */
const OWNER = `${CONTROLLERS}.map(o, o.kind + "." + o.name)`;

/** A revision has no template of its own. */
const TEMPLATE = (object: string): string =>
    `(request.kind.kind == "CronJob" ? ${object}.spec.jobTemplate.spec.template : ${object}.spec.template)`;

/** Changes nothing, so that a preview may ask what a change would come to before that is written down. */
const PREVIEWED = `(request.?dryRun.orValue(false) && request.?options.?fieldManager.orValue("") == "${FIELD_MANAGER}")`;

/**
 * The API server takes no workload, in any namespace and whoever asks, but those that the program declares, as it declares them: image,
 * command, variables, mounts and labels. What is there already and not as declared goes on with the template that it has. Who enters all the same
 * breaks the glass.
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
                    // A variable whose value was not known when it was written down is there by its name.
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
