/**
 * Property values as they travel between the engine and a plugin.
 *
 * The wire is `google.protobuf.Struct`; a secret is an object that carries a signature
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go). Here a secret is a
 * {@link Secret}, so that no provider can read one, log one or drop the mark without saying so.
 */
import * as structs from "google-protobuf/google/protobuf/struct_pb.js";
import { lighten } from "./struct";

const { Struct } = lighten(structs);
type Struct = structs.Struct;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What the engine sends for a value that is not known yet during a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value } | Secret;
export type PropertyMap = Record<string, Value>;
/** A value without any secret wrapper in it. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
export type PlainMap = Record<string, Plain>;

/** A value that must be encrypted in state and masked on screen. */
export class Secret {
    constructor(readonly value: Value) {}
    toJSON(): string {
        return "[secret]";
    }
}

export function decode(struct: Struct | undefined): PropertyMap {
    return struct ? mapValues(struct.toJavaScript(), decodeValue) : {};
}

function decodeValue(wire: Plain): Value {
    if (wire === null || typeof wire !== "object") {
        return wire;
    }
    if (Array.isArray(wire)) {
        return wire.map(decodeValue);
    }
    const map = mapValues(wire, decodeValue);
    return map[SIGNATURE] === SECRET ? new Secret(map["value"] ?? null) : map;
}

export function encode(map: PropertyMap): Struct {
    const present = Object.entries(map).filter(([, value]) => (value as unknown) !== undefined);
    return Struct.fromJavaScript(mapValues(Object.fromEntries(present), encodeValue));
}

function encodeValue(value: Value): Plain {
    if (value === null || typeof value !== "object") {
        return value;
    }
    if (value instanceof Secret) {
        return { [SIGNATURE]: SECRET, value: encodeValue(value.value) };
    }
    return Array.isArray(value) ? value.map(encodeValue) : mapValues(value, encodeValue);
}

function mapValues<A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
    const result: Record<string, B> = {};
    for (const key of Object.keys(map)) {
        result[key] = change(map[key] as A);
    }
    return result;
}

/** The value with every secret wrapper taken off. Handle with care: what comes back may be a secret. */
export function reveal(value: PropertyMap): PlainMap;
export function reveal(value: Value): Plain;
export function reveal(value: Value): Plain {
    if (value instanceof Secret) {
        return reveal(value.value);
    }
    if (Array.isArray(value)) {
        return value.map((item) => reveal(item));
    }
    if (value !== null && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
    }
    return value;
}

/** True if the value, or anything inside it, is not known yet. */
export function hasUnknown(value: Value): boolean {
    if (value instanceof Secret) {
        return hasUnknown(value.value);
    }
    if (Array.isArray(value)) {
        return value.some(hasUnknown);
    }
    if (value !== null && typeof value === "object") {
        return Object.values(value).some(hasUnknown);
    }
    return value === UNKNOWN;
}

/** True if the value is, or has inside it, a secret. */
export function hasSecret(value: Value): boolean {
    if (value instanceof Secret) {
        return true;
    }
    if (Array.isArray(value)) {
        return value.some(hasSecret);
    }
    return value !== null && typeof value === "object" && Object.values(value).some(hasSecret);
}

/** `plain` with a secret wrapper at every path at which `model` has one, so that a mark survives a round trip. */
export function markLike(plain: Plain, model: Value | undefined): Value {
    if (model instanceof Secret) {
        return new Secret(plain);
    }
    if (Array.isArray(plain) && Array.isArray(model)) {
        return plain.map((item, index) => markLike(item, model[index]));
    }
    if (isMap(plain) && isMap(model)) {
        return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, markLike(item, model[key])]));
    }
    return plain;
}

function isMap<T>(value: T): value is T & Record<string, never> {
    return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Secret);
}
