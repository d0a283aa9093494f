/** Completes a program's inputs (name, namespace, a Secret's data), and refuses inputs that cannot be. */
import { createHash, randomBytes } from "node:crypto";
import { CheckFailure, CheckRequest, CheckResult } from "../../plugin/provider";
import { Plain, PlainMap, UNKNOWN, reveal } from "../../plugin/values";
import { canonicalBase64 } from "./base64";
import { AUTONAMED } from "./diff";
import { annotation, isMap, map, nameOf, text, without } from "./objects";
import { markInputs } from "./secrets";
import { READ_ONLY_METADATA } from "./state";
import { GroupVersionKind, isBuiltInGroup, isPatch, kindOf } from "./types";

export interface CheckContext {
    readonly serverSideApply: boolean;
    /** The namespace for objects of this kind that name none; empty for a cluster-wide kind. */
    readonly defaultNamespace: string;
}

type Request = Pick<CheckRequest, "type" | "name" | "urn" | "olds" | "news" | "randomSeed" | "autonaming">;

export function checkObject(request: Request, context: CheckContext): CheckResult {
    const news = reveal(request.news);
    const gvk = kindOf(request.type, news);
    const patch = isPatch(request.type, gvk.kind);
    const metadata = news["metadata"];
    if (metadata !== undefined && metadata !== null && !isMap(metadata)) {
        // In a preview all of it is unknown: there is nothing to fill in yet.
        const failures = metadata === UNKNOWN ? [] : [{ property: "metadata", reason: "metadata must be an object" }];
        return { inputs: request.news, failures };
    }
    const object = withData({ ...news, metadata: without(map(metadata), ...READ_ONLY_METADATA) });
    const failures = [...refuse(gvk, object, patch, context)];
    if (failures.length > 0) {
        return { inputs: request.news, failures };
    }
    const named = withName(request, object);
    if (typeof named === "string") {
        return { inputs: request.news, failures: [{ property: "metadata.name", reason: named }] };
    }
    const own = withLabel(map(named, "metadata"), reveal(request.olds), context);
    const namespace = text(own, "namespace") || context.defaultNamespace;
    const inputs = { ...named, metadata: namespace ? { ...own, namespace } : own };
    return { inputs: markInputs(inputs, request.news) };
}

function* refuse(
    gvk: GroupVersionKind,
    object: PlainMap,
    patch: boolean,
    { serverSideApply }: CheckContext,
): Generator<CheckFailure> {
    if (gvk.kind.endsWith("List") && (isBuiltInGroup(gvk.group) || object["items"] !== undefined)) {
        yield {
            property: "kind",
            reason: `${gvk.kind} is a collection, which the API server cannot create: declare each of its items as a resource`,
        };
    }
    if (patch && !serverSideApply) {
        yield {
            property: "kind",
            reason: "Patch resources need server-side apply: set enableServerSideApply on the provider",
        };
    }
    if (patch && !nameOf(object)) {
        yield { property: "metadata.name", reason: "a Patch resource must name the object that it patches" };
    }
    if (!nameOf(object) && object["metadata"] && text(object, "metadata", "generateName") && serverSideApply) {
        yield {
            property: "metadata.generateName",
            reason: "generateName cannot go with server-side apply: set metadata.name, or leave both out for a generated name",
        };
    }
}

const MANAGED_BY = "app.kubernetes.io/managed-by";

/**
 * Without server-side apply no field manager tells who owns an object, so a label does, from the object's creation on. An object that
 * was created without the label stays without it.
 */
function withLabel(metadata: PlainMap, olds: PlainMap, { serverSideApply }: CheckContext): PlainMap {
    const value = process.env["PULUMI_KUBERNETES_MANAGED_BY_LABEL"] ?? "pulumi";
    const labels = metadata["labels"] ?? {};
    const labelled =
        Object.keys(olds).length > 0 ? text(olds, "metadata", "labels", MANAGED_BY) === value : !serverSideApply;
    return labelled && isMap(labels) ? { ...metadata, labels: { ...labels, [MANAGED_BY]: value } } : metadata;
}

/** The object with a name: its own, the one generated for it before, or a new one. Where it gets none, a string says why. */
function withName(request: Request, object: PlainMap): PlainMap | string {
    const metadata = map(object, "metadata");
    if (nameOf(object) || text(metadata, "generateName")) {
        return object;
    }
    const olds = reveal(request.olds);
    if (annotation(olds, AUTONAMED) === "true" && nameOf(olds)) {
        return autonamed(object, nameOf(olds));
    }
    if (request.autonaming?.mode === "disable") {
        return "autonaming is disabled: set metadata.name";
    }
    return autonamed(object, request.autonaming?.proposedName || `${request.name}-${suffix(request)}`);
}

function autonamed(object: PlainMap, name: string): PlainMap {
    const metadata = map(object, "metadata");
    const annotations = metadata["annotations"];
    const known = annotations === undefined || annotations === null || isMap(annotations);
    return {
        ...object,
        metadata: {
            ...metadata,
            name,
            ...(known && { annotations: { ...map(annotations ?? {}), [AUTONAMED]: "true" } }),
        },
    };
}

/** Eight hexadecimal digits, which are the same in a preview and the update that follows it. */
function suffix({ urn, randomSeed }: Request): string {
    return randomSeed.length > 0
        ? createHash("sha256").update(randomSeed).update(urn).digest("hex").slice(0, 8)
        : randomBytes(4).toString("hex");
}

/**
 * The data as the API server returns it. A Secret's `stringData` is write-only and overrides `data` in the API server; as data it can be
 * compared. Base64 may have line breaks in the inputs, and has none in the result.
 */
function withData(object: PlainMap): PlainMap {
    if (object["kind"] === "ConfigMap") {
        const { binaryData } = object;
        return isMap(binaryData) ? { ...object, binaryData: mapValues(binaryData, canonicalBase64) } : object;
    }
    if (object["kind"] !== "Secret") {
        return object;
    }
    const { stringData, ...rest } = object;
    const data = rest["data"];
    const own = isMap(data) ? { ...rest, data: mapValues(data, canonicalBase64) } : rest;
    if (stringData === undefined || stringData === null) {
        return own;
    }
    if (!isMap(stringData)) {
        return { ...own, data: stringData };
    }
    return { ...own, data: { ...map(own, "data"), ...mapValues(stringData, encode) } };
}

function mapValues(values: PlainMap, change: (value: Plain) => Plain): PlainMap {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

function encode(value: Plain): Plain {
    return typeof value === "string" && value !== UNKNOWN ? Buffer.from(value).toString("base64") : value;
}
