/** RandomId, RandomBytes and the UUIDs. The value is the resource's id, so none of them is suitable as a key. */
import { randomBytes, randomUUID, randomUUIDv7 } from "node:crypto";
import type { PlainMap } from "../../plugin/values";
import { type StateOnlyResource, resource } from "../state-only/schema";
import { keepers } from "./keepers";

function describeId(bytes: Buffer, prefix: string): PlainMap {
    const hex = bytes.toString("hex");
    return {
        id: bytes.toString("base64url"),
        b64Url: prefix + bytes.toString("base64url"),
        b64Std: prefix + bytes.toString("base64"),
        hex: prefix + hex,
        dec: prefix + BigInt(`0x${hex}`).toString(),
    };
}

export const randomId = resource({
    inputs: {
        keepers,
        byteLength: { type: "integer", required: true, atLeast: 1 },
        prefix: { type: "string" },
    },
    outputs: { id: {}, b64Url: {}, b64Std: {}, hex: {}, dec: {} },
    create({ byteLength, prefix = "" }) {
        const bytes = randomBytes(byteLength);
        return { id: bytes.toString("base64url"), outputs: describeId(bytes, prefix) };
    },
    import(id) {
        const comma = id.lastIndexOf(",");
        const prefix = id.slice(0, Math.max(comma, 0));
        const encoded = id.slice(comma + 1);
        const bytes = Buffer.from(encoded, "base64url");
        // Buffer skips what it cannot decode, so only a text that survives a round trip is base64url.
        if (bytes.length === 0 || bytes.toString("base64url") !== encoded) {
            throw new Error(`cannot import "${id}": give the id as base64url without padding, or as prefix,base64url`);
        }
        const properties = { byteLength: bytes.length, ...describeId(bytes, prefix), ...(prefix && { prefix }) };
        return { id: encoded, properties };
    },
});

export const randomBytesResource = resource({
    inputs: { keepers, length: { type: "integer", required: true, atLeast: 1 } },
    // Upstream has no id attribute; the bridge takes the value for the id (pulumi-random #190).
    outputs: { base64: { secret: true }, hex: { secret: true } },
    create({ length }) {
        const bytes = randomBytes(length);
        const base64 = bytes.toString("base64");
        return { id: base64, outputs: { base64, hex: bytes.toString("hex") } };
    },
    import(id) {
        const bytes = Buffer.from(id, "base64");
        if (bytes.length === 0 || bytes.toString("base64") !== id) {
            throw new Error("cannot import the RandomBytes: give its value as base64 with padding");
        }
        return { id, properties: { length: bytes.length, base64: id, hex: bytes.toString("hex") } };
    },
});

function uuid(generate: () => string): StateOnlyResource {
    return resource({
        inputs: { keepers },
        outputs: { id: {}, result: {} },
        create() {
            const result = generate();
            return { id: result, outputs: { id: result, result } };
        },
        import(id) {
            if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) {
                throw new Error(`cannot import "${id}": give a UUID, as in 6f3a1c9e-2f5b-4c8d-9a7e-0b1c2d3e4f50`);
            }
            const result = id.toLowerCase();
            return { id: result, properties: { id: result, result } };
        },
    });
}

/** Upstream fills all 128 bits at random, without a version; a version 4 UUID is one of those. */
export const randomUuid = uuid(() => randomUUID());
export const randomUuid4 = uuid(() => randomUUID());
export const randomUuid7 = uuid(() => randomUUIDv7());
