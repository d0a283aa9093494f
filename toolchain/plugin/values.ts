/**
 * Property values as they travel between the engine and a plugin.
 *
 * The wire is `google.protobuf.Struct`; a secret is an object that carries a signature
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go). Here a secret is a
 * {@link Secret}, so that no provider can read one, log one or drop the mark without saying so.
 */
import { ListValue, NullValue, Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb.js";

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
    const map: PropertyMap = {};
    struct?.getFieldsMap().forEach((value, key) => {
        map[key] = decodeValue(value);
    });
    return map;
}

function decodeValue(wire: WireValue): Value {
    switch (wire.getKindCase()) {
        case WireValue.KindCase.BOOL_VALUE:
            return wire.getBoolValue();
        case WireValue.KindCase.NUMBER_VALUE:
            return wire.getNumberValue();
        case WireValue.KindCase.STRING_VALUE:
            return wire.getStringValue();
        case WireValue.KindCase.LIST_VALUE:
            return (wire.getListValue() as ListValue).getValuesList().map(decodeValue);
        case WireValue.KindCase.STRUCT_VALUE: {
            const map = decode(wire.getStructValue());
            return map[SIGNATURE] === SECRET ? new Secret(map["value"] ?? null) : map;
        }
        default:
            return null;
    }
}

export function encode(map: PropertyMap): Struct {
    const struct = new Struct();
    const fields = struct.getFieldsMap();
    for (const [key, value] of Object.entries(map)) {
        if ((value as unknown) !== undefined) {
            fields.set(key, encodeValue(value));
        }
    }
    return struct;
}

function encodeValue(value: Value): WireValue {
    const wire = new WireValue();
    if (value === null) {
        wire.setNullValue(NullValue.NULL_VALUE);
    } else if (value instanceof Secret) {
        wire.setStructValue(encode({ [SIGNATURE]: SECRET, value: value.value }));
    } else if (Array.isArray(value)) {
        wire.setListValue(new ListValue().setValuesList(value.map(encodeValue)));
    } else if (typeof value === "object") {
        wire.setStructValue(encode(value));
    } else if (typeof value === "string") {
        wire.setStringValue(value);
    } else if (typeof value === "number") {
        wire.setNumberValue(value);
    } else {
        wire.setBoolValue(value);
    }
    return wire;
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
