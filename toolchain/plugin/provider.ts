/**
 * A resource provider in plain TypeScript, and its binding to Pulumi's `ResourceProvider` service.
 *
 * The SDK's own helper (`@pulumi/pulumi/provider`) leaves out preview, timeouts, old inputs and ignoreChanges, which
 * the air-gap providers need, so the generated service is implemented here, once, for all of them.
 */
import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type Warn, warnAt } from "./log";
import { PropertyMap, decode, encode, hasSecret } from "./values";

/** The resource a request is about. `type` is the full token, `kubernetes:core/v1:Namespace`. */
export interface Target {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
}

export interface CheckRequest extends Target {
    readonly olds: PropertyMap;
    readonly news: PropertyMap;
    /** The engine's seed for generated names, which is the same for a resource in an update and in its preview. */
    readonly randomSeed: Uint8Array;
    /** How the project wants names to be generated, where it says so: https://www.pulumi.com/docs/iac/concepts/resources/names/ */
    readonly autonaming?: Autonaming;
}
export interface Autonaming {
    readonly mode: "propose" | "enforce" | "disable";
    readonly proposedName: string;
}
export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}
export interface CheckResult {
    readonly inputs: PropertyMap;
    readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends Target {
    readonly id: string;
    readonly oldInputs: PropertyMap;
    /** The outputs in state. */
    readonly olds: PropertyMap;
    readonly news: PropertyMap;
    readonly ignoreChanges: readonly string[];
}
export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";
export interface PropertyDiff {
    readonly kind: DiffKind;
    /** True where old and new *inputs* differ; false (the default) where the difference is in the outputs. */
    readonly inputDiff?: boolean;
}
export interface DiffResult {
    /** Path (`spec.template.spec.containers[0].image`) → how it differs. Where it is empty, nothing changes. */
    readonly detailedDiff: Readonly<Record<string, PropertyDiff>>;
    readonly deleteBeforeReplace?: boolean;
    /** Updates the resource even where nothing differs. */
    readonly always?: boolean;
}

export interface CreateRequest extends Target {
    readonly properties: PropertyMap;
    /** Seconds; 0 where the program sets none. */
    readonly timeout: number;
    readonly preview: boolean;
}
export interface ReadRequest extends Target {
    readonly id: string;
    /** Empty in an import and in `Resource.get`. */
    readonly inputs: PropertyMap;
    readonly properties: PropertyMap;
}
export interface UpdateRequest extends Target {
    readonly id: string;
    readonly oldInputs: PropertyMap;
    readonly olds: PropertyMap;
    readonly news: PropertyMap;
    readonly ignoreChanges?: readonly string[];
    readonly timeout: number;
    readonly preview: boolean;
}
export interface DeleteRequest extends Target {
    readonly id: string;
    readonly oldInputs: PropertyMap;
    readonly properties: PropertyMap;
    readonly timeout: number;
}

export interface ResourceState {
    readonly id: string;
    readonly properties: PropertyMap;
}
/** `inputs` is what a program would have to say to get this resource. */
export interface ReadResult extends ResourceState {
    readonly inputs: PropertyMap;
}

export interface Provider {
    readonly version: string;
    readonly supportsAutonamingConfiguration?: boolean;
    /** Called before everything else, with the way to tell the user something. */
    connected?(warn: Warn): void;
    checkConfig?(news: PropertyMap, urn: string): Promise<CheckResult> | CheckResult;
    diffConfig?(oldInputs: PropertyMap, news: PropertyMap): Promise<DiffResult> | DiffResult;
    configure?(args: PropertyMap): Promise<void> | void;
    /** Always throws, because the program builds components. The message says what to use instead of `type`. */
    construct?(type: string): never;
    invoke?(token: string, args: PropertyMap): Promise<PropertyMap> | PropertyMap;
    check(request: CheckRequest): Promise<CheckResult> | CheckResult;
    diff(request: DiffRequest): Promise<DiffResult> | DiffResult;
    create(request: CreateRequest): Promise<ResourceState> | ResourceState;
    /** Returns `undefined` where the resource is gone. It must throw where the back end cannot be reached. */
    read(request: ReadRequest): Promise<ReadResult | undefined> | ReadResult | undefined;
    update(request: UpdateRequest): Promise<PropertyMap> | PropertyMap;
    delete(request: DeleteRequest): Promise<void> | void;
    /** Called when the user pressed Ctrl-C: the provider stops waiting. */
    cancel?(): void;
}

/** The resource exists but did not become ready: the engine saves its state and reports `reasons`. */
export class InitFailed extends Error {
    constructor(
        readonly id: string,
        readonly properties: PropertyMap,
        readonly inputs: PropertyMap,
        readonly reasons: readonly string[],
    ) {
        super(reasons.join("; "));
    }
}

/** The provider does not do this; `message` must say what to use instead. */
export class NotSupported extends Error {}

type Unary<Q, S> = grpc.handleUnaryCall<Q, S>;

function unary<Q, S>(handle: (request: Q) => Promise<S> | S): Unary<Q, S> {
    return (call, callback) => {
        void (async () => handle(call.request))().then(
            (response) => callback(null, response),
            (error: unknown) => callback(toServiceError(error)),
        );
    };
}

function toServiceError(error: unknown): Partial<grpc.StatusObject> {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof NotSupported) {
        return { code: grpc.status.UNIMPLEMENTED, details: message };
    }
    if (!(error instanceof InitFailed)) {
        return { code: grpc.status.UNKNOWN, details: message };
    }
    const detail = new proto.ErrorResourceInitFailed()
        .setId(error.id)
        .setProperties(encode(error.properties))
        .setInputs(encode(error.inputs))
        .setReasonsList([...error.reasons]);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(any);
    const metadata = new grpc.Metadata();
    // The standard place of structured errors in gRPC: https://grpc.io/docs/guides/error/#richer-error-model
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: message, metadata };
}

interface Targeted {
    getUrn(): string;
    getType(): string;
    getName(): string;
}

/** Older engines leave name and type out; both are in the URN, `urn:pulumi:stack::project::parents$type::name`. */
export function target(request: Targeted): Target {
    const urn = request.getUrn();
    const [, , qualifiedType = "", ...name] = urn.split("::");
    return {
        urn,
        type: request.getType() || (qualifiedType.split("$").pop() ?? ""),
        name: request.getName() || name.join("::"),
    };
}

const MODES: Record<proto.CheckRequest.AutonamingOptions.Mode, Autonaming["mode"]> = {
    [proto.CheckRequest.AutonamingOptions.Mode.PROPOSE]: "propose",
    [proto.CheckRequest.AutonamingOptions.Mode.ENFORCE]: "enforce",
    [proto.CheckRequest.AutonamingOptions.Mode.DISABLE]: "disable",
};

function autonaming(options: proto.CheckRequest.AutonamingOptions | undefined): Autonaming | undefined {
    return options && { mode: MODES[options.getMode()], proposedName: options.getProposedName() };
}

function checkResponse(result: CheckResult): proto.CheckResponse {
    const failures = (result.failures ?? []).map((failure) => checkFailure(failure, result.inputs));
    return new proto.CheckResponse().setInputs(encode(result.inputs)).setFailuresList(failures);
}

/**
 * The engine prints the value of a property that a failure names, a secret one in the clear (issueCheckFailures in
 * pkg/resource/deploy/step_generator.go), so there the name goes into the reason instead.
 */
function checkFailure({ property, reason }: CheckFailure, inputs: PropertyMap): proto.CheckFailure {
    const value = inputs[property];
    const printable = value !== undefined && !hasSecret(value);
    const named = reason.startsWith(property) ? reason : `${property}: ${reason}`;
    return new proto.CheckFailure().setProperty(printable ? property : "").setReason(printable ? reason : named);
}

const KINDS: Record<DiffKind, proto.PropertyDiff.Kind> = {
    add: proto.PropertyDiff.Kind.ADD,
    "add-replace": proto.PropertyDiff.Kind.ADD_REPLACE,
    delete: proto.PropertyDiff.Kind.DELETE,
    "delete-replace": proto.PropertyDiff.Kind.DELETE_REPLACE,
    update: proto.PropertyDiff.Kind.UPDATE,
    "update-replace": proto.PropertyDiff.Kind.UPDATE_REPLACE,
};

function diffResponse({ detailedDiff, deleteBeforeReplace = false, always = false }: DiffResult): proto.DiffResponse {
    const entries = Object.entries(detailedDiff);
    const response = new proto.DiffResponse()
        .setChanges(
            entries.length > 0 || always
                ? proto.DiffResponse.DiffChanges.DIFF_SOME
                : proto.DiffResponse.DiffChanges.DIFF_NONE,
        )
        .setDiffsList([...new Set(entries.map(([path]) => topLevel(path)))])
        .setReplacesList(entries.filter(([, diff]) => diff.kind.endsWith("-replace")).map(([path]) => path))
        .setDeletebeforereplace(deleteBeforeReplace)
        .setHasdetaileddiff(true);
    for (const [path, { kind, inputDiff = false }] of entries) {
        response.getDetaileddiffMap().set(path, new proto.PropertyDiff().setKind(KINDS[kind]).setInputdiff(inputDiff));
    }
    return response;
}

function topLevel(path: string): string {
    return path.split(/[.[]/, 1)[0] ?? path;
}

/** Adds `provider` to `server`. */
export function registerProvider(server: grpc.Server, provider: Provider): void {
    const handlers = {
        handshake: unary((request: proto.ProviderHandshakeRequest) => {
            const warn = warnAt(request.getEngineAddress());
            if (warn) {
                provider.connected?.(warn);
            }
            return new proto.ProviderHandshakeResponse()
                .setAcceptSecrets(true)
                .setAcceptResources(false)
                .setAcceptOutputs(false)
                .setSupportsAutonamingConfiguration(provider.supportsAutonamingConfiguration ?? false);
        }),
        getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(provider.version)),
        checkConfig: unary(async (request: proto.CheckRequest) => {
            const inputs = decode(request.getNews());
            return checkResponse((await provider.checkConfig?.(inputs, request.getUrn())) ?? { inputs });
        }),
        diffConfig: unary(async (request: proto.DiffRequest) => {
            const olds = decode(request.getOldInputs() ?? request.getOlds());
            return diffResponse((await provider.diffConfig?.(olds, decode(request.getNews()))) ?? { detailedDiff: {} });
        }),
        configure: unary(async (request: proto.ConfigureRequest) => {
            await provider.configure?.(decode(request.getArgs()));
            return new proto.ConfigureResponse()
                .setAcceptsecrets(true)
                .setSupportspreview(true)
                .setAcceptresources(false)
                .setAcceptoutputs(false)
                .setSupportsAutonamingConfiguration(provider.supportsAutonamingConfiguration ?? false);
        }),
        construct: unary((request: proto.ConstructRequest): proto.ConstructResponse => {
            provider.construct?.(request.getType());
            throw new NotSupported(`component ${request.getType()} is not available in the air-gap provider`);
        }),
        invoke: unary(async (request: proto.InvokeRequest) => {
            if (!provider.invoke) {
                throw new NotSupported(`function ${request.getTok()} is not available in the air-gap provider`);
            }
            const result = await provider.invoke(request.getTok(), decode(request.getArgs()));
            return new proto.InvokeResponse().setReturn(encode(result));
        }),
        check: unary(async (request: proto.CheckRequest) =>
            checkResponse(
                await provider.check({
                    ...target(request),
                    olds: decode(request.getOlds()),
                    news: decode(request.getNews()),
                    randomSeed: request.getRandomseed_asU8(),
                    autonaming: autonaming(request.getAutonaming()),
                }),
            ),
        ),
        diff: unary(async (request: proto.DiffRequest) =>
            diffResponse(
                await provider.diff({
                    ...target(request),
                    id: request.getId(),
                    oldInputs: decode(request.getOldInputs()),
                    olds: decode(request.getOlds()),
                    news: decode(request.getNews()),
                    ignoreChanges: request.getIgnorechangesList(),
                }),
            ),
        ),
        create: unary(async (request: proto.CreateRequest) => {
            const created = await provider.create({
                ...target(request),
                properties: decode(request.getProperties()),
                timeout: request.getTimeout(),
                preview: request.getPreview(),
            });
            return new proto.CreateResponse().setId(created.id).setProperties(encode(created.properties));
        }),
        read: unary(async (request: proto.ReadRequest) => {
            const found = await provider.read({
                ...target(request),
                id: request.getId(),
                inputs: decode(request.getInputs()),
                properties: decode(request.getProperties()),
            });
            const response = new proto.ReadResponse();
            return found
                ? response.setId(found.id).setProperties(encode(found.properties)).setInputs(encode(found.inputs))
                : response;
        }),
        update: unary(async (request: proto.UpdateRequest) => {
            const properties = await provider.update({
                ...target(request),
                id: request.getId(),
                oldInputs: decode(request.getOldInputs()),
                olds: decode(request.getOlds()),
                news: decode(request.getNews()),
                ignoreChanges: request.getIgnorechangesList(),
                timeout: request.getTimeout(),
                preview: request.getPreview(),
            });
            return new proto.UpdateResponse().setProperties(encode(properties));
        }),
        delete: unary(async (request: proto.DeleteRequest) => {
            await provider.delete({
                ...target(request),
                id: request.getId(),
                oldInputs: decode(request.getOldInputs()),
                properties: decode(request.getProperties()),
                timeout: request.getTimeout(),
            });
            return new Empty();
        }),
        cancel: unary(() => {
            provider.cancel?.();
            return new Empty();
        }),
        attach: unary(() => new Empty()),
    };
    // Everything else (Call, GetSchema, …) is answered with UNIMPLEMENTED by the server itself.
    server.addService(ResourceProviderService, handlers);
}
