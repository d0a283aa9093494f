/** Reads an object back for a refresh, an import or `Resource.get`. */
import { ReadRequest, ReadResult } from "../../plugin/provider";
import { reveal } from "../../plugin/values";
import { Connection } from "./cluster";
import { ApiError, UnknownKindError, failure } from "./errors";
import { ownershipOf } from "./managed-fields";
import { KubeObject, idOf, parseId } from "./objects";
import { getObject } from "./operations";
import { reflectInputs } from "./reflect";
import { markSecrets } from "./secrets";
import { State, fieldManagerOf, fromApi, importedInputs, parseState, toApi, toState } from "./state";
import { type GroupVersionKind, apiVersionOf, isBuiltInGroup, isPatch, kindOf } from "./types";

/** Undefined only if the API server itself says that the object or its kind does not exist. */
export async function readObject(
    request: ReadRequest,
    connection: Connection,
    serverSideApply: boolean,
    defaultNamespace: (gvk: GroupVersionKind) => Promise<string>,
): Promise<ReadResult | undefined> {
    const before = parseState(request.properties);
    const oldInputs = toApi(reveal(request.inputs));
    const imported = Object.keys(oldInputs).length === 0;
    const gvk = imported ? await importedKind(request.type, before.live, connection) : kindOf(request.type, oldInputs);
    const { name, ...parsed } = parseId(request.id);
    const namespace = parsed.namespace || (imported ? await defaultNamespace(gvk) : "");
    let live: KubeObject;
    try {
        live = await getObject(connection, gvk, namespace, name);
    } catch (error) {
        if (error instanceof UnknownKindError || (error instanceof ApiError && error.isObjectMissing(name))) {
            return undefined;
        }
        throw failure(error, `cannot read ${gvk.kind} ${request.id}`, request.properties, "");
    }
    const inputs = imported ? importedInputs(live) : reflectInputs(oldInputs, live, before.live, ownershipOf(live));
    const state: State = {
        inputs,
        live,
        initialApiVersion: before.initialApiVersion || apiVersionOf(gvk),
        // An imported object has no field manager until this resource has changed it: see `isImported`.
        fieldManager: imported
            ? ""
            : before.fieldManager && fieldManagerOf(request.urn, inputs, before.fieldManager, serverSideApply),
    };
    return {
        id: imported ? idOf(live) : request.id,
        properties: toState(state, request.inputs, request.properties),
        inputs: markSecrets(fromApi(inputs), request.inputs),
    };
}

/** A custom kind may itself have a name such as `…Patch`, so the API server is asked. */
async function importedKind(type: string, live: KubeObject, { discovery }: Connection): Promise<GroupVersionKind> {
    const gvk = kindOf(type, live);
    const whole = { ...gvk, kind: `${gvk.kind}Patch` };
    const ambiguous = isPatch(type, gvk.kind) && !isBuiltInGroup(gvk.group);
    return ambiguous && (await discovery.known(whole)) ? whole : gvk;
}
