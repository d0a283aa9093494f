/**
 * A workload as it is declared, in lines: everything that decides what runs in its pods, with which data, and what others take it for.
 * {@link linesOf} derives the lines from what the program declares; {@link LINES} does the same in CEL, with which an API server derives
 * them from what it receives. What the lines leave out (how many pods there are, where they run, how they are probed over the network) lets
 * nobody in. Pure.
 */

/** ConfigMap in Kubernetes' own namespace from which API servers know what is declared. */
export const DECLARED = "declared";

/** Kinds of top-level workloads, from which pods are created: https://kubernetes.io/docs/concepts/workloads/controllers/ */
export const WORKLOADS: Readonly<Record<string, string>> = {
    Deployment: "apps",
    StatefulSet: "apps",
    DaemonSet: "apps",
    CronJob: "batch",
    Job: "batch",
};

/** Key of a workload, or of a Secret that cert-manager renews, in the ConfigMap. */
export function declaredKey(namespace: string, kind: string, name: string): string {
    return `${namespace}.${kind}.${name}`;
}

interface Env {
    readonly name: string;
    /** Not text where the value is known only once something else exists; then the name alone is listed. */
    readonly value?: unknown;
    readonly valueFrom?: {
        readonly fieldRef?: { readonly fieldPath: string };
        readonly secretKeyRef?: { readonly key: string };
    };
}

interface Handler {
    readonly exec?: { readonly command: readonly string[] };
}

interface Container {
    readonly name: string;
    readonly image: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly Env[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
    readonly startupProbe?: Handler;
    readonly livenessProbe?: Handler;
    readonly readinessProbe?: Handler;
    readonly lifecycle?: { readonly [hook in (typeof HOOKS)[number]]?: Handler };
    readonly [field: string]: unknown;
}

interface Volume {
    readonly name: string;
    readonly hostPath?: { readonly path: string };
    readonly [source: string]: unknown;
}

export interface Template {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec: {
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
        readonly volumes?: readonly Volume[];
        readonly hostAliases?: readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
        readonly [field: string]: unknown;
    };
}

/** Sources of volumes that are listed by their own name; any other is listed as `other`. */
const SOURCES = ["configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"] as const;
/** Fields of a pod, and of a container, that are listed by their name alone, because no workload of ours has any. */
const POD_FIELDS = [
    "dnsConfig",
    "ephemeralContainers",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "nodeName",
    "resourceClaims",
    "runtimeClassName",
    "shareProcessNamespace",
] as const;
/** Labels by which a Job and a ReplicaSet identify their own pods; the API server and the controllers add them. */
const BOOKKEPT = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
    "pod-template-hash",
];
const CONTAINER_FIELDS = ["envFrom", "volumeDevices", "workingDir"] as const;
const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"] as const;
/** Each is listed, also one that runs nothing. */
const HOOKS = ["postStart", "preStop"] as const;

/** Name of each container → its image. Images are kept apart from the lines, because they change most often. */
export function imagesOf({ spec: { initContainers = [], containers } }: Template): Readonly<Record<string, string>> {
    return Object.fromEntries([...initContainers, ...containers].map(({ name, image }) => [name, image]));
}

export function linesOf({ metadata, spec }: Template): string[] {
    const { initContainers = [], containers, volumes = [], hostAliases = [] } = spec;
    return [
        ...Object.entries(metadata?.labels ?? {}).map(([key, value]) => `label ${key}=${value}`),
        ...initContainers.flatMap((container) => containerLines("init", container)),
        ...containers.flatMap((container) => containerLines("main", container)),
        ...volumes.map((volume) => `volume ${volume.name} ${sourceOf(volume)}`),
        ...hostAliases.map(({ ip, hostnames = [] }) => `alias ${ip} ${hostnames.join(" ")}`),
        ...POD_FIELDS.filter((field) => spec[field] !== undefined).map((field) => `pod ${field}`),
    ];
}

function sourceOf(volume: Volume): string {
    const source = SOURCES.find((kind) => volume[kind] !== undefined);
    return source ?? (volume.hostPath === undefined ? "other" : `hostPath ${volume.hostPath.path}`);
}

function containerLines(place: string, container: Container): string[] {
    const { name, command, args, env = [], volumeMounts = [] } = container;
    return [
        `${place} ${name}`,
        ...(command === undefined ? [] : [`command ${name} ${quoted(command)}`]),
        ...(args === undefined ? [] : [`args ${name} ${quoted(args)}`]),
        ...env.map((variable) => `env ${name} ${variable.name}${valueOf(variable)}`),
        ...volumeMounts.map((mount) =>
            ["mount", name, mount.name, mount.mountPath, ...(mount.subPath === undefined ? [] : [mount.subPath])].join(
                " ",
            ),
        ),
        ...PROBES.flatMap((probe) => {
            const exec = container[probe]?.exec;
            return exec === undefined ? [] : [`exec ${name} ${quoted(exec.command)}`];
        }),
        ...HOOKS.flatMap((hook) => {
            const handler = container.lifecycle?.[hook];
            return handler === undefined ? [] : [`${hook} ${name} ${quoted(handler.exec?.command ?? [])}`];
        }),
        ...CONTAINER_FIELDS.filter((field) => container[field] !== undefined).map((field) => `${field} ${name}`),
    ];
}

function valueOf({ value, valueFrom }: Env): string {
    if (valueFrom !== undefined) {
        const { fieldRef, secretKeyRef } = valueFrom;
        return ` from ${fieldRef?.fieldPath ?? `secret ${secretKeyRef?.key ?? "other"}`}`;
    }
    return value === undefined ? '=""' : typeof value === "string" ? `=${quote(value)}` : "";
}

function quoted(words: readonly string[]): string {
    return words.map(quote).join(" ");
}

const ESCAPES: Readonly<Record<string, string>> = {
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
};

/** Quotes a text as CEL's `strings.quote` does. */
function quote(text: string): string {
    return `"${text.replace(/[\x07\b\f\n\r\t\v\\"]/g, (character) => ESCAPES[character] ?? character)}"`;
}

/** CEL: a list that may not be there. */
const listOf = (path: string, field: string): string => `(has(${path}.${field}) ? ${path}.${field} : [])`;
const QUOTED = (path: string): string => `${path}.map(w, strings.quote(w)).join(" ")`;
const given = (path: string, field: string, line: string): string => `(has(${path}.${field}) ? [${line}] : [])`;

const SOURCE = SOURCES.reduceRight(
    (otherwise, kind) => `has(v.${kind}) ? "${kind}" : ${otherwise}`,
    'has(v.hostPath) ? "hostPath " + v.hostPath.path : "other"',
);

const ENV =
    '"env " + c.name + " " + e.name + (has(e.valueFrom) ? " from " + ' +
    '(has(e.valueFrom.fieldRef) ? e.valueFrom.fieldRef.fieldPath : "secret " + (has(e.valueFrom.secretKeyRef) ? e.valueFrom.secretKeyRef.key : "other")) ' +
    ': "=" + strings.quote(has(e.value) ? e.value : ""))';

const MOUNT = '"mount " + c.name + " " + m.name + " " + m.mountPath + (has(m.subPath) ? " " + m.subPath : "")';

/** CEL: for each container, a list of its lines. */
function containersOf(place: string, field: string): string {
    const lines = [
        `["${place} " + c.name]`,
        given("c", "command", `"command " + c.name + " " + ${QUOTED("c.command")}`),
        given("c", "args", `"args " + c.name + " " + ${QUOTED("c.args")}`),
        `${listOf("c", "env")}.map(e, ${ENV})`,
        `${listOf("c", "volumeMounts")}.map(m, ${MOUNT})`,
        ...PROBES.map(
            (probe) =>
                `(has(c.${probe}) && has(c.${probe}.exec) ? ["exec " + c.name + " " + ${QUOTED(`c.${probe}.exec.command`)}] : [])`,
        ),
        ...HOOKS.map((hook) => {
            const handler = `c.lifecycle.${hook}`;
            const command = `(has(${handler}.exec) ? ${QUOTED(`${handler}.exec.command`)} : "")`;
            return `(has(c.lifecycle) && has(${handler}) ? ["${hook} " + c.name + " " + ${command}] : [])`;
        }),
        ...CONTAINER_FIELDS.map((field) => given("c", field, `"${field} " + c.name`)),
    ];
    return `${listOf("variables.template.spec", field)}.map(c, ${lines.join(" + ")})`;
}

/** CEL: the lines of `variables.template`, as lists of them. */
const LISTS = [
    `[has(variables.template.metadata) && has(variables.template.metadata.labels) ? variables.template.metadata.labels.filter(k, !(k in ${JSON.stringify(BOOKKEPT)})).map(k, "label " + k + "=" + variables.template.metadata.labels[k]) : []]`,
    containersOf("init", "initContainers"),
    containersOf("main", "containers"),
    `[${listOf("variables.template.spec", "volumes")}.map(v, "volume " + v.name + " " + (${SOURCE}))]`,
    `[${listOf("variables.template.spec", "hostAliases")}.map(a, "alias " + a.ip + " " + ${listOf("a", "hostnames")}.join(" "))]`,
    ...POD_FIELDS.map((field) => `[${given("variables.template.spec", field, `"pod ${field}"`)}]`),
].join(" + ");

/** CEL: the lines of `variables.template`. */
export const LINES = `(${LISTS}).flatten()`;

/** CEL: containers of `variables.template` whose images are not those under `variables.key`. */
export const FOREIGN_IMAGES =
    `(${["initContainers", "containers"].map((field) => listOf("variables.template.spec", field)).join(" + ")})` +
    '.filter(c, !((variables.key + "." + c.name) in params.data) || params.data[variables.key + "." + c.name] != c.image)' +
    '.map(c, "image " + c.name + " " + c.image)';
