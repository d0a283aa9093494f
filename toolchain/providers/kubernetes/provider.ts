/** The air-gap stand-in for the official kubernetes plugin: same protocol, same version, same state. */
import {
    CheckRequest,
    CheckResult,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailed,
    NotSupported,
    Provider,
    ReadRequest,
    ReadResult,
    ResourceState,
    UpdateRequest,
} from "../../plugin/provider";
import type { Warn } from "../../plugin/log";
import { PlainMap, PropertyMap, hasUnknown, reveal } from "../../plugin/values";
import { awaitGone, awaitReady, whyNotReady } from "./await";
import type { Wait } from "./await/wait";
import { checkObject } from "./check";
import { Cluster, Connection } from "./cluster";
import { Settings, checkSettings, parseSettings } from "./config";
import { diffObjects } from "./diff";
import { ApiError, failure, keepsRequired, maskSecrets, messageOf } from "./errors";
import { immutablePaths } from "./immutable";
import { diffSettings, hideCredentials } from "./kubeconfig";
import { KubeObject, annotation, describe, idOf, map, nameOf, namespaceOf, parseId, text } from "./objects";
import { Target, applyUpdate, create, getObject, patchUpdate, relinquish, remove, replace } from "./operations";
import { asPreviewed, cannotBePreviewed } from "./preview";
import { readObject } from "./read";
import { render, unrender } from "./render";
import { exposed } from "./secrets";
import { State, fieldManagerOf, isImported, parseState, toApi, toState } from "./state";
import { GroupVersionKind, apiVersionOf, isDefinition, isPatch, kindOf, refusal } from "./types";
import { asksForReplacement, replaceUnready } from "./unready";
import { decodeYaml } from "./yaml";

/** The version of @pulumi/kubernetes that this stands in for. */
export const VERSION = "4.34.2";

export class KubernetesProvider implements Provider {
    readonly version = VERSION;
    readonly supportsAutonamingConfiguration = true;
    private readonly cancelled = new AbortController();
    private cluster: Cluster | undefined;
    private warn: Warn | undefined;

    connected(warn: Warn): void {
        this.warn = warn;
    }

    checkConfig(news: PropertyMap, urn: string): CheckResult {
        const failures = checkSettings(news, process.env, urn);
        return {
            inputs: hideCredentials(news),
            failures: failures.map((each) => ({ ...each, reason: maskSecrets(each.reason, news) })),
        };
    }

    diffConfig(oldInputs: PropertyMap, news: PropertyMap): Promise<DiffResult> {
        return diffSettings(oldInputs, news);
    }

    configure(args: PropertyMap): void {
        const cluster = this.clusterOf(args);
        this.cluster = cluster;
        if (!cluster.settings.renderYamlToDirectory) {
            // The connection is made before the first request, while the program is being loaded.
            setImmediate(() => void cluster.connect());
        }
    }

    construct(type: string): never {
        throw new NotSupported(refusal(type) ?? `component ${type} is not in the air-gap kubernetes provider`);
    }

    async invoke(token: string, args: PropertyMap): Promise<PropertyMap> {
        if (token !== "kubernetes:yaml:decode") {
            throw new NotSupported(refusal(token) ?? `function ${token} is not in the air-gap kubernetes provider`);
        }
        const objects = await decodeYaml(text(reveal(args), "text"));
        const namespace = text(reveal(args), "defaultNamespace");
        return { result: namespace ? await Promise.all(objects.map((each) => this.placed(each, namespace))) : objects };
    }

    async check(request: CheckRequest): Promise<CheckResult> {
        const reason = refusal(request.type);
        if (reason) {
            throw new NotSupported(reason);
        }
        const known = Object.keys(request.olds).length > 0;
        if (known && this.settings.skipUpdateUnreachable && (await this.isUnreachable())) {
            return { inputs: request.olds };
        }
        const gvk = kindOf(request.type, reveal(request.news));
        const former = known ? namespaceOf(reveal(request.olds)) : undefined;
        return checkObject(request, {
            serverSideApply: this.settings.enableServerSideApply,
            defaultNamespace: await this.configured.defaultNamespace(gvk, former),
        });
    }

    async diff(request: DiffRequest): Promise<DiffResult> {
        if (!this.settings.skipUpdateUnreachable) {
            await this.configured.consult();
        }
        const state = parseState(request.olds);
        const { inputs, live } = state;
        const news = toApi(reveal(request.news));
        const gvk = kindOf(request.type, news);
        const known = Object.keys(request.oldInputs).length > 0;
        const { renderYamlToDirectory, alwaysRender } = this.settings;
        const oldInputs = known ? toApi(reveal(request.oldInputs)) : inputs;
        const differences = diffObjects({
            oldInputs,
            imported: isImported(state, oldInputs),
            live,
            news,
            immutable: immutablePaths(gvk, news, this.settings, isPatch(request.type, gvk.kind)),
            ignoreChanges: request.ignoreChanges,
            exposed: [...exposed(request.news, request.olds)],
            unready: asksForReplacement(gvk, news) ? replaceUnready(await this.now(gvk, request.id, live)) : undefined,
        });
        return { ...differences, always: renderYamlToDirectory !== "" && alwaysRender };
    }

    async create(request: CreateRequest): Promise<ResourceState> {
        const inputs = toApi(reveal(request.properties));
        const gvk = kindOf(request.type, inputs);
        const patch = isPatch(request.type, gvk.kind);
        const asIs = { id: "", properties: request.properties };
        if (request.preview && (hasUnknown(request.properties) || patch || !this.settings.enableServerSideApply)) {
            return asIs;
        }
        const fieldManager = fieldManagerOf(request.urn, inputs, "", this.settings.enableServerSideApply);
        const state: State = { inputs, live: inputs, initialApiVersion: apiVersionOf(gvk), fieldManager };
        if (this.settings.renderYamlToDirectory) {
            return request.preview ? asIs : this.rendered(state, request.properties);
        }
        const connection = await (request.preview ? this.configured.consult() : this.connect());
        if (!connection) {
            return asIs;
        }
        const target = this.target(connection, gvk, inputs, fieldManager, request.preview);
        let live: KubeObject;
        try {
            if (request.preview && !(await connection.discovery.known(gvk))) {
                return asIs;
            }
            live = await create(
                target,
                this.settings.enableServerSideApply && (this.settings.upsertExistingObjects || patch),
            );
        } catch (error) {
            if (request.preview && cannotBePreviewed(error)) {
                return asIs;
            }
            throw failure(error, `cannot create ${describe(inputs)}`, request.properties, fieldManager);
        }
        if (request.preview) {
            return { id: "", properties: toState({ ...state, live: asPreviewed(live, inputs) }, request.properties) };
        }
        return this.ready(request, { ...state, live }, request.properties, gvk);
    }

    async read(request: ReadRequest): Promise<ReadResult | undefined> {
        const asIs = { id: request.id, properties: request.properties, inputs: request.inputs };
        if (this.settings.renderYamlToDirectory) {
            return asIs;
        }
        const { deleteUnreachable, skipUpdateUnreachable, enableServerSideApply } = this.settings;
        const connection = await this.connectUnless(deleteUnreachable || skipUpdateUnreachable);
        if (!connection) {
            return deleteUnreachable ? undefined : asIs;
        }
        const found = await readObject(request, connection, enableServerSideApply, (gvk) =>
            this.configured.defaultNamespace(gvk, undefined),
        );
        const imported = Object.keys(request.inputs).length === 0;
        if (found && !imported) {
            await this.stillReady(request.type, found, connection);
        }
        return found;
    }

    /** Each refresh reports again that an object is not ready; otherwise the next update would take it for ready. */
    private async stillReady(
        type: string,
        { id, inputs, properties }: ReadResult,
        connection: Connection,
    ): Promise<void> {
        const { live } = parseState(properties);
        const plain = toApi(reveal(inputs));
        const reasons = await whyNotReady(live, this.wait(connection, kindOf(type, live), plain, 0));
        if (reasons.length > 0) {
            throw notReady(live, id, properties, inputs, reasons);
        }
    }

    async update(request: UpdateRequest): Promise<PropertyMap> {
        const inputs = toApi(reveal(request.news));
        const gvk = kindOf(request.type, inputs);
        if (request.preview && hasUnknown(request.news)) {
            return request.news;
        }
        const before = parseState(request.olds);
        const { enableServerSideApply, renderYamlToDirectory } = this.settings;
        const fieldManager = fieldManagerOf(request.urn, inputs, before.fieldManager, enableServerSideApply);
        const initialApiVersion = before.initialApiVersion || apiVersionOf(gvk);
        const state: State = { inputs, live: inputs, initialApiVersion, fieldManager };
        if (renderYamlToDirectory) {
            return request.preview ? request.news : (await this.rendered(state, request.news)).properties;
        }
        const connection = await (request.preview ? this.configured.consult() : this.connect());
        if (!connection) {
            return request.news;
        }
        const target = {
            ...this.target(connection, gvk, named(inputs, request.id), fieldManager, request.preview),
            formerManager: before.fieldManager,
        };
        let live: KubeObject;
        try {
            live = await this.change(target, request);
        } catch (error) {
            if (request.preview && cannotBePreviewed(error)) {
                return request.news;
            }
            throw failure(error, `cannot update ${describe(inputs)}`, [request.news, request.olds], fieldManager);
        }
        if (request.preview) {
            return toState({ ...state, live }, request.news);
        }
        return (await this.ready(request, { ...state, live }, request.news, gvk)).properties;
    }

    async delete(request: DeleteRequest): Promise<void> {
        const { inputs, live, fieldManager } = parseState(request.properties);
        const gvk = kindOf(request.type, live);
        const { namespace, name } = parseId(request.id);
        const object: KubeObject = { ...inputs, apiVersion: apiVersionOf(gvk), kind: gvk.kind };
        object["metadata"] = { ...map(inputs, "metadata"), name, ...(namespace && { namespace }) };
        if (this.settings.renderYamlToDirectory) {
            return unrender(this.settings.renderYamlToDirectory, object);
        }
        const connection = await this.connectUnless(this.settings.deleteUnreachable);
        if (!connection) {
            return;
        }
        const target = this.target(connection, gvk, object, fieldManager, false);
        try {
            if (isPatch(request.type, gvk.kind)) {
                await relinquish(target);
                return;
            }
            const leaving = await remove(target);
            if (leaving) {
                await awaitGone(leaving, this.wait(connection, gvk, object, request.timeout));
            }
        } catch (error) {
            const required = error instanceof ApiError ? error.causes("FieldValueRequired") : [];
            if (isPatch(request.type, gvk.kind) && required.length > 0) {
                throw keepsRequired(
                    object,
                    required.map((cause) => text(cause, "field")),
                );
            }
            throw failure(error, `cannot delete ${describe(object)}`, request.properties, fieldManager);
        }
    }

    cancel(): void {
        this.cancelled.abort();
    }

    private get settings(): Settings {
        return this.configured.settings;
    }

    private get configured(): Cluster {
        this.cluster ??= this.clusterOf({});
        return this.cluster;
    }

    private clusterOf(args: PropertyMap): Cluster {
        return new Cluster(parseSettings(args, process.env), (message) => this.warn?.(message) ?? Promise.resolve());
    }

    private connect(): Promise<Connection> {
        return this.configured.connect();
    }

    /** Undefined where the cluster cannot be reached, and the user has said that this is all right. */
    private connectUnless(forgiven: boolean): Promise<Connection | undefined> {
        return this.connect().catch((error: unknown) => {
            if (forgiven) {
                return undefined;
            }
            throw error;
        });
    }

    /** The object as it is now; the one in state where that cannot be known. */
    private async now(gvk: GroupVersionKind, id: string, inState: KubeObject): Promise<KubeObject> {
        const { namespace, name } = parseId(id);
        const connection = await this.configured.consult();
        return connection ? getObject(connection, gvk, namespace, name).catch(() => inState) : inState;
    }

    private async isUnreachable(): Promise<boolean> {
        return (await this.connectUnless(true)) === undefined;
    }

    private change(target: Target, request: UpdateRequest): Promise<KubeObject> {
        if (isDefinition(target.gvk)) {
            return replace(target);
        }
        if (!this.settings.enableServerSideApply) {
            return patchUpdate(target, toApi(reveal(request.oldInputs)), request.ignoreChanges ?? []);
        }
        return applyUpdate(target, request.ignoreChanges ?? [], isPatch(request.type, target.gvk.kind));
    }

    /** Waits for the object. If it does not become ready, its state is saved all the same, with the reasons. */
    private async ready(
        { timeout }: { timeout: number },
        state: State,
        model: PropertyMap,
        gvk: GroupVersionKind,
    ): Promise<ResourceState> {
        const connection = await this.connect();
        const id = idOf(state.live);
        const { object, reasons } = await awaitReady(
            state.live,
            this.wait(connection, gvk, state.inputs, timeout),
        ).catch((error: unknown) => ({ object: state.live, reasons: [messageOf(error)] }));
        const properties = toState({ ...state, live: object }, model);
        if (reasons.length === 0) {
            return { id, properties };
        }
        throw notReady(object, id, properties, model, reasons);
    }

    /** A namespaced object that names no namespace goes to `namespace`. */
    private async placed(object: KubeObject, namespace: string): Promise<KubeObject> {
        const place = !namespaceOf(object) && (await this.configured.isNamespaced(kindOf("", object)));
        return place ? { ...object, metadata: { ...map(object, "metadata"), namespace } } : object;
    }

    private async rendered(state: State, model: PropertyMap): Promise<ResourceState> {
        await render(this.settings.renderYamlToDirectory, state.inputs);
        return { id: idOf(state.inputs), properties: toState(state, model) };
    }

    private target(
        connection: Connection,
        gvk: GroupVersionKind,
        object: KubeObject,
        fieldManager: string,
        preview: boolean,
    ): Target {
        const force = this.settings.enablePatchForce || annotation(object, "pulumi.com/patchForce") === "true";
        return { connection, gvk, object, fieldManager, force, preview, signal: this.cancelled.signal };
    }

    private wait(connection: Connection, gvk: GroupVersionKind, inputs: PlainMap, timeout: number): Wait {
        return { connection, gvk, inputs, timeout, cancelled: this.cancelled.signal };
    }
}

/** The inputs with the name that the API server has generated, where they leave it to that (`generateName`). */
function named(inputs: KubeObject, id: string): KubeObject {
    const { name } = parseId(id);
    return nameOf(inputs) || !name ? inputs : { ...inputs, metadata: { ...map(inputs, "metadata"), name } };
}

function notReady(
    object: KubeObject,
    id: string,
    properties: PropertyMap,
    inputs: PropertyMap,
    reasons: readonly string[],
): InitFailed {
    const told = [`${describe(object)} exists but is not ready`, ...reasons];
    return new InitFailed(
        id,
        properties,
        inputs,
        told.map((reason) => maskSecrets(reason, inputs, properties)),
    );
}
