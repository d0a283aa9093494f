/** The provider's configuration. The engine hands every value over as a string, objects as JSON. */
import { CheckFailure } from "../../plugin/provider";
import { Plain, PlainMap, PropertyMap, UNKNOWN, reveal } from "../../plugin/values";
import { type ClientSettings, checkClientSettings, clientSettings } from "./throttle";

export interface Settings {
    /** A path, several paths joined by the system's path delimiter, or the content itself; empty for the place where kubectl looks. */
    readonly kubeconfig: string;
    readonly context: string;
    readonly cluster: string;
    /** The namespace of objects that name none; empty for that of the context. */
    readonly namespace: string;
    readonly clusterIdentifier: string;
    /** Empty where objects go to the cluster instead of to files. */
    readonly renderYamlToDirectory: string;
    /** Every object is written at every update, and not only those that have changed. */
    readonly alwaysRender: boolean;
    readonly enableServerSideApply: boolean;
    readonly enableConfigMapMutable: boolean;
    readonly enableSecretMutable: boolean;
    readonly enablePatchForce: boolean;
    readonly upsertExistingObjects: boolean;
    readonly deleteUnreachable: boolean;
    readonly skipUpdateUnreachable: boolean;
    readonly client: ClientSettings;
    /** This project's own command line sets it for every command that changes a cluster: such a command fails where a preview would go on. */
    readonly clusterMustAnswer: boolean;
}

/** Option → the environment variable that stands in for it, and its default. */
const FLAGS = {
    enableServerSideApply: ["PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true],
    enableConfigMapMutable: ["PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false],
    enableSecretMutable: ["PULUMI_K8S_ENABLE_SECRET_MUTABLE", false],
    enablePatchForce: ["PULUMI_K8S_ENABLE_PATCH_FORCE", false],
    upsertExistingObjects: ["PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false],
    deleteUnreachable: ["PULUMI_K8S_DELETE_UNREACHABLE", false],
    skipUpdateUnreachable: ["PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false],
} as const satisfies Record<string, readonly [string, boolean]>;
type Flag = keyof typeof FLAGS;

const TRUE = new Set<Plain | undefined>([true, "true", "True", "TRUE", "1", "t", "T"]);
const FALSE = new Set<Plain | undefined>([false, "false", "False", "FALSE", "0", "f", "F"]);

type Environment = Readonly<Record<string, string | undefined>>;

export function parseSettings(args: PropertyMap, environment: Environment): Settings {
    const values = reveal(args);
    const flag = (name: Flag): boolean => {
        const [variable, byDefault] = FLAGS[name];
        const value = values[name] ?? environment[variable];
        return TRUE.has(value) || (byDefault && !FALSE.has(value));
    };
    return {
        kubeconfig: kubeconfigText(values["kubeconfig"]),
        context: string(values, "context"),
        cluster: string(values, "cluster"),
        namespace: string(values, "namespace"),
        clusterIdentifier: string(values, "clusterIdentifier"),
        renderYamlToDirectory: string(values, "renderYamlToDirectory"),
        alwaysRender: TRUE.has(values["alwaysRender"]),
        enableServerSideApply: flag("enableServerSideApply"),
        enableConfigMapMutable: flag("enableConfigMapMutable"),
        enableSecretMutable: flag("enableSecretMutable"),
        enablePatchForce: flag("enablePatchForce"),
        upsertExistingObjects: flag("upsertExistingObjects"),
        deleteUnreachable: flag("deleteUnreachable"),
        skipUpdateUnreachable: flag("skipUpdateUnreachable"),
        client: clientSettings(values["kubeClientSettings"], environment),
        clusterMustAnswer: environment["EMBASSY_CLUSTER_MUST_ANSWER"] === "true",
    };
}

function string(values: PlainMap, key: string): string {
    const value = values[key];
    return typeof value === "string" ? value : "";
}

/** A kubeconfig may be given as an object: JSON is YAML. */
function kubeconfigText(value: Plain | undefined): string {
    if (value === undefined || value === null) {
        return "";
    }
    return typeof value === "string" ? value : JSON.stringify(value);
}

/** The provider that the engine makes where a program names none: `…::default_4_34_2`. */
function isDefault(urn: string): boolean {
    return /::default(_[^:]*)?$/.test(urn);
}

/** With `strictMode` the program chooses every cluster, so that a setting that happens to be in a shell changes none. */
function* strict(values: PlainMap, urn: string): Generator<CheckFailure> {
    if (isDefault(urn)) {
        const reason =
            "strictMode is on, and a resource names no provider: give it one, new kubernetes.Provider(…), with kubeconfig and context";
        yield { property: "strictMode", reason };
    }
    for (const key of ["kubeconfig", "context"]) {
        if (values[key] === undefined || values[key] === null || values[key] === "") {
            yield { property: key, reason: `strictMode is on: set ${key} on the provider` };
        }
    }
}

/** The stack's own `kubernetes:…` settings, which the engine hands a plugin in its environment. */
function stackSettings(environment: Environment): PlainMap {
    try {
        const parsed = JSON.parse(environment["PULUMI_CONFIG"] ?? "{}") as Plain;
        return parsed !== null && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : {};
    } catch {
        return {};
    }
}

/** What is wrong with a configuration, each failure naming its key. */
export function checkSettings(args: PropertyMap, environment: Environment, urn = ""): CheckFailure[] {
    const values = reveal(args);
    const failures: CheckFailure[] = [];
    if (TRUE.has(values["strictMode"] ?? stackSettings(environment)["strictMode"])) {
        failures.push(...strict(values, urn));
    }
    if (TRUE.has(values["alwaysRender"]) && !values["renderYamlToDirectory"]) {
        const reason =
            "alwaysRender is for objects that become files: set renderYamlToDirectory as well, or leave it out";
        failures.push({ property: "alwaysRender", reason });
    }
    for (const [key, [variable]] of Object.entries(FLAGS)) {
        const [from, value] = values[key] === undefined ? [variable, environment[variable]] : [key, values[key]];
        // An unset variable of a shell is an empty string.
        if (value !== undefined && value !== "" && value !== UNKNOWN && !TRUE.has(value) && !FALSE.has(value)) {
            failures.push({
                property: key,
                reason: `${from} is ${JSON.stringify(value)}: it must be "true" or "false"`,
            });
        }
    }
    failures.push(...checkClientSettings(values["kubeClientSettings"], environment));
    if (values["renderYamlToDirectory"]) {
        const ambient = environment["KUBECONFIG"];
        for (const key of ["cluster", "context", "kubeconfig"]) {
            // The SDK fills kubeconfig in from the environment, which does not mean that somebody wants to use a cluster.
            if (values[key] && !(key === "kubeconfig" && values[key] === ambient)) {
                const reason = `${key} cannot go with renderYamlToDirectory, which uses no cluster: leave one of them out`;
                failures.push({ property: key, reason });
            }
        }
    }
    return failures;
}
