/** Reads an export of a stack's state, which `pulumi stack export` writes, to tell whether it can be previewed against. */
import { readFileSync, statSync } from "node:fs";
import { PROJECT } from "../../infra/conventions/names";
import { UserError } from "../../command-line/command";

export interface Exported {
    readonly stack: string;
    /** When an update last wrote the state, in ISO 8601. */
    readonly written: string | undefined;
    readonly isEncrypted: boolean;
    /** Checkpoints as a back end's folder has them: the stack's, and one for each stack that it refers to, with the values that it last read. */
    readonly checkpoints: ReadonlyMap<string, unknown>;
}

interface Resource {
    readonly urn: string;
    readonly type: string;
    readonly outputs?: { readonly name?: string; readonly outputs?: unknown };
}

interface Deployment {
    readonly manifest?: { readonly time?: string; readonly version?: string };
    readonly secrets_providers?: { readonly type?: string };
    readonly resources?: readonly Resource[];
}

/** The versions that this engine reads: https://github.com/pulumi/pulumi/blob/v3.256.0/pkg/resource/stack/deployment.go */
const VERSIONS = [1, 2, 3, 4];
/** The features of a version 4 state that this engine knows, from the same file. */
const FEATURES = [
    "refreshBeforeUpdate",
    "views",
    "hooks",
    "taint",
    "replaceWith",
    "snippets-prototype",
    "extensionParameterization",
    "byteString",
];
const HOW = "npm run pulumi -- stack export --stack NAME --file FILE writes one";

/**
 * @param named stack on the command line
 * @param engine version of the engine for the preview, `v3.256.0`; undefined where it is the user's own
 * @throws UserError where the file is no state of a stack of this project, or one of another engine
 */
export function readExport(file: string, named: string | undefined, engine: string | undefined): Exported {
    const { version, features, deployment } = parsed(file);
    checkVersion(file, version, deployment, engine);
    checkFeatures(file, features, engine);
    const { resources = [], secrets_providers: secrets, manifest } = deployment;
    const stack = stackOf(file, resources, named);
    const checkpoint = (of: string, latest: unknown): unknown => ({
        version,
        ...(features !== undefined && { features }),
        checkpoint: { stack: `organization/${PROJECT}/${of}`, latest },
    });
    const others = resources.flatMap(({ type, outputs }): [string, unknown][] => {
        const [organization, project, other] = outputs?.name?.split("/") ?? [];
        const isOurs =
            type === "pulumi:pulumi:StackReference" && organization === "organization" && project === PROJECT;
        return isOurs && other !== undefined
            ? [[other, checkpoint(other, { ...deployment, resources: [handing(other, outputs?.outputs)] })]]
            : [];
    });
    return {
        stack,
        written: manifest?.time,
        isEncrypted: secrets?.type === "passphrase",
        checkpoints: new Map([...others, [stack, checkpoint(stack, deployment)]]),
    };
}

/** A checkpoint of another stack, with the values that this stack got from it. */
function handing(stack: string, outputs: unknown): unknown {
    const type = "pulumi:pulumi:Stack";
    return { urn: `urn:pulumi:${stack}::${PROJECT}::${type}::${PROJECT}-${stack}`, type, custom: false, outputs };
}

interface Parsed {
    readonly version: number;
    readonly features: readonly string[] | undefined;
    readonly deployment: Deployment;
}

function parsed(file: string): Parsed {
    const text = read(file);
    if (text.trim() === "") {
        throw new UserError(`${file} is empty; it must be an export of a stack's state: ${HOW}.`);
    }
    let found: Partial<Parsed> | null;
    try {
        found = JSON.parse(text) as Partial<Parsed> | null;
    } catch (error) {
        const reason = error instanceof Error ? error.message : "";
        // The message quotes nothing of the file: it holds a state, which may contain any value.
        const where = /position \d+/.exec(reason)?.[0] ?? "its end";
        throw new UserError(`${file} is not valid JSON (at ${where}): it is cut off, or no export of a state. ${HOW}.`);
    }
    const { version, deployment, features } = found ?? {};
    const isMap = typeof deployment === "object" && (deployment as unknown) !== null && !Array.isArray(deployment);
    const resources: unknown = deployment?.resources ?? [];
    if (typeof version !== "number" || !isMap || !Array.isArray(resources) || !resources.every(hasUrn)) {
        const own =
            typeof found === "object" && found !== null && "checkpoint" in found
                ? " (it is a back end's own file)"
                : "";
        throw new UserError(`${file} holds no export of a state${own}: ${HOW}.`);
    }
    return { version, deployment, features };
}

function hasUrn(resource: unknown): boolean {
    return typeof resource === "object" && resource !== null && "urn" in resource && typeof resource.urn === "string";
}

function read(file: string): string {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) {
        throw new UserError(
            `${file} ${found ? "is a folder" : "is not there"}; it must be an export of a state: ${HOW}.`,
        );
    }
    return readFileSync(file, "utf8");
}

function checkVersion(file: string, version: number, { manifest }: Deployment, engine: string | undefined): void {
    const writer = manifest?.version;
    const by = writer === undefined ? "" : `, written by engine ${writer}`;
    if (!VERSIONS.includes(version)) {
        throw new UserError(
            `${file} is a state of version ${version}${by}; this engine${engine === undefined ? "" : ` (${engine})`} reads ${VERSIONS.join(", ")}. ` +
                "Preview it with the engine that wrote it: EMBASSY_TOOLCHAIN=system takes the pulumi on PATH.",
        );
    }
    if (writer !== undefined && engine !== undefined && isNewer(writer, engine)) {
        throw new UserError(
            `${file} was written by engine ${writer}, newer than the one that is pinned here (${engine}), which may read it wrongly. ` +
                "Preview it with that one: EMBASSY_TOOLCHAIN=system takes the pulumi on PATH.",
        );
    }
}

function checkFeatures(file: string, features: unknown, engine: string | undefined): void {
    if (features !== undefined && !(Array.isArray(features) && features.every((one) => typeof one === "string"))) {
        throw new UserError(`${file} holds no export of a state: its features are no list of names. ${HOW}.`);
    }
    // The user's own engine knows its features, and itself refuses others.
    const unknown = engine === undefined ? [] : (features ?? []).filter((one: string) => !FEATURES.includes(one));
    if (unknown.length > 0) {
        throw new UserError(
            `${file} needs what this engine (${engine ?? ""}) does not know: ${unknown.join(", ")}. ` +
                "Preview it with the engine that wrote it: EMBASSY_TOOLCHAIN=system takes the pulumi on PATH.",
        );
    }
}

function isNewer(one: string, other: string): boolean {
    const [left, right] = [one, other].map((version) => (version.match(/\d+/g) ?? []).slice(0, 3).map(Number));
    const place = [0, 1, 2].find((index) => left?.[index] !== right?.[index]);
    return place !== undefined && (left?.[place] ?? 0) > (right?.[place] ?? 0);
}

/** A URN names stack and project: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns */
function stackOf(file: string, resources: readonly Resource[], named: string | undefined): string {
    const places = new Set(resources.map((one) => /^urn:pulumi:([^:]+)::([^:]+)::/.exec(one.urn)?.slice(1).join("\n")));
    const [place, more] = [...places];
    if (places.size === 0) {
        if (named === undefined) {
            throw new UserError(
                `${file} has no resources, so it does not say of which stack it is: name it with --stack.`,
            );
        }
        return named;
    }
    const [stack, project] = place?.split("\n") ?? [];
    if (stack === undefined || more !== undefined) {
        throw new UserError(
            `${file} holds no state of one stack: its resources are of ${places.size} stacks, or have no URN. ${HOW}.`,
        );
    }
    if (project !== PROJECT) {
        throw new UserError(`${file} is a state of project ${project}; it must be one of ${PROJECT}.`);
    }
    if (named !== undefined && named !== stack) {
        throw new UserError(
            `${file} is the state of stack ${stack}, not of ${named}: name the file of ${named}, or leave --stack out.`,
        );
    }
    return stack;
}
