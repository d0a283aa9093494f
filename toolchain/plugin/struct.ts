/**
 * Reads and writes `google.protobuf.Struct` as plain values, without steps in between.
 *
 * Every property of every resource travels in such a struct, four times in each preview. Google's code makes a message, a map and an array of
 * each value on the way, which nobody looks at in that form; that takes a tenth of a program's time and a fifth of a provider's.
 * Where somebody does look (`getFieldsMap`), the messages are made.
 */
import type { BinaryReader, BinaryWriter } from "google-protobuf";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
type PlainMap = Record<string, Plain>;

/** A module `google-protobuf/google/protobuf/struct_pb.js`: a program has its own, and a plugin has one in its bundle. */
export type StructModule = typeof import("google-protobuf/google/protobuf/struct_pb.js");

/** Fields of google.protobuf.Value: https://protobuf.dev/reference/protobuf/google.protobuf/#value */
const FIELD = { null: 1, number: 2, string: 3, bool: 4, struct: 5, list: 6 } as const;

/** The methods as they are, which the typings leave out. */
interface Methods {
    readonly getFieldsMap: (this: Struct, ...noLazyCreate: boolean[]) => ReturnType<Struct["getFieldsMap"]>;
    readonly toJavaScript: (this: Struct) => PlainMap;
}

const light = new WeakSet();

/** Makes the class in `module` work in this way, for all code that uses it. */
export function lighten<M extends StructModule>(module: M): M {
    const { Struct: Class } = module;
    if (light.has(Class)) {
        return module;
    }
    light.add(Class);
    const fromJavaScript = Class.fromJavaScript.bind(Class);
    const serializeBinaryToWriter = Class.serializeBinaryToWriter.bind(Class);
    const { getFieldsMap, toJavaScript } = Class.prototype as Methods;
    /** Contents of structs that have no messages in them. */
    const contents = new WeakMap<Struct, PlainMap>();

    Class.deserializeBinaryFromReader = (message, reader) => {
        contents.set(message, readMap(reader));
        return message;
    };
    Class.serializeBinaryToWriter = (message, writer) => {
        const content = contents.get(message);
        if (content) {
            writeMap(content, writer);
        } else {
            serializeBinaryToWriter(message, writer);
        }
    };
    Class.fromJavaScript = (value) => {
        const message = new Class();
        contents.set(message, value);
        return message;
    };
    Class.prototype.toJavaScript = function () {
        return contents.get(this) ?? toJavaScript.call(this);
    };
    Class.prototype.getFieldsMap = function (...noLazyCreate) {
        const content = contents.get(this);
        const map = getFieldsMap.call(this, ...(content ? [] : noLazyCreate));
        if (content) {
            contents.delete(this);
            const fields = fromJavaScript(content).getFieldsMap();
            fields.forEach((value, key) => map.set(key, value));
        }
        return map;
    };
    return module;
}

function readMap(reader: BinaryReader): PlainMap {
    const map: PlainMap = {};
    while (reader.nextField() && !reader.isEndGroup()) {
        // Each field is an entry: the key is field 1, the value field 2.
        reader.readMessage(map, () => readEntry(map, reader));
    }
    return map;
}

function readEntry(map: PlainMap, reader: BinaryReader): void {
    let key = "";
    let value: Plain = null;
    while (reader.nextField() && !reader.isEndGroup()) {
        if (reader.getFieldNumber() === 1) {
            key = reader.readString();
        } else {
            reader.readMessage(map, () => (value = readValue(reader)));
        }
    }
    map[key] = value;
}

function readValue(reader: BinaryReader): Plain {
    let value: Plain = null;
    while (reader.nextField() && !reader.isEndGroup()) {
        switch (reader.getFieldNumber()) {
            case FIELD.number:
                value = reader.readDouble();
                break;
            case FIELD.string:
                value = reader.readString();
                break;
            case FIELD.bool:
                value = reader.readBool();
                break;
            case FIELD.struct:
                reader.readMessage(undefined, () => (value = readMap(reader)));
                break;
            case FIELD.list:
                reader.readMessage(undefined, () => (value = readList(reader)));
                break;
            default:
                value = null;
                reader.skipField();
        }
    }
    return value;
}

function readList(reader: BinaryReader): Plain[] {
    const list: Plain[] = [];
    while (reader.nextField() && !reader.isEndGroup()) {
        reader.readMessage(list, () => list.push(readValue(reader)));
    }
    return list;
}

function writeMap(map: PlainMap, writer: BinaryWriter): void {
    for (const key in map) {
        const value = map[key] as Plain;
        writer.writeMessage(1, map, () => {
            writer.writeString(1, key);
            writer.writeMessage(2, map, () => writeValue(value, writer));
        });
    }
}

function writeValue(value: Plain, writer: BinaryWriter): void {
    if (value === null) {
        writer.writeEnum(FIELD.null, 0);
    } else if (typeof value === "string") {
        writer.writeString(FIELD.string, value);
    } else if (typeof value === "number") {
        writer.writeDouble(FIELD.number, value);
    } else if (typeof value === "boolean") {
        writer.writeBool(FIELD.bool, value);
    } else if (Array.isArray(value)) {
        writer.writeMessage(FIELD.list, value, () => {
            for (const item of value) {
                writer.writeMessage(1, value, () => writeValue(item, writer));
            }
        });
    } else if (typeof value === "object") {
        writer.writeMessage(FIELD.struct, value, () => writeMap(value, writer));
    } else {
        throw new Error(`a property cannot be ${typeof value}: a Struct holds what JSON does`);
    }
}
