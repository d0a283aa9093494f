import fc from "fast-check";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { type StructModule, lighten } from "../../../toolchain/plugin/struct";

/** A separate, unchanged copy of Google's module. */
function original(): StructModule {
    let module: StructModule | undefined;
    jest.isolateModules(() => {
        module = jest.requireActual<StructModule>("google-protobuf/google/protobuf/struct_pb.js");
    });
    return module as StructModule;
}

const { Struct: Heavy } = original();
const { Struct: Light } = lighten(original());

const { map } = fc.letrec<{ map: Record<string, JavaScriptValue>; value: JavaScriptValue }>((tie) => ({
    map: fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { noNullPrototype: true }),
    value: fc.oneof(
        { depthSize: "small" },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true }),
        fc.string({ unit: "binary" }),
        fc.array(tie("value")),
        tie("map"),
    ),
}));

describe("a Struct without messages in it", () => {
    it("reads what Google's code writes", () => {
        fc.assert(
            fc.property(map, (value) => {
                const wire = Heavy.fromJavaScript(value).serializeBinary();
                const heavy = Heavy.deserializeBinary(wire).toJavaScript();
                expect(Light.deserializeBinary(wire).toJavaScript()).toEqual(heavy);
            }),
        );
    });

    it("writes what Google's code reads", () => {
        fc.assert(
            fc.property(map, (value) => {
                const heavy = Heavy.deserializeBinary(Light.fromJavaScript(value).serializeBinary());
                expect(heavy.toJavaScript()).toEqual(
                    Heavy.deserializeBinary(Heavy.fromJavaScript(value).serializeBinary()).toJavaScript(),
                );
            }),
        );
    });

    it("shows the messages to who looks for them, and then is written with what was changed in them", () => {
        const struct = Light.fromJavaScript({ a: { b: [1, "two"] }, c: true });
        const fields = struct.getFieldsMap();
        expect(fields.get("a")?.toJavaScript()).toEqual({ b: [1, "two"] });
        fields.get("c")?.setBoolValue(false);
        expect(struct.toJavaScript()).toEqual({ a: { b: [1, "two"] }, c: false });
        const written = Heavy.deserializeBinary(struct.serializeBinary());
        expect(written.toJavaScript()).toEqual({ a: { b: [1, "two"] }, c: false });
    });

    it("refuses what no Struct can hold", () => {
        const struct = Light.fromJavaScript({ a: undefined as unknown as JavaScriptValue });
        expect(() => struct.serializeBinary()).toThrow("a property cannot be undefined: a Struct holds what JSON does");
    });
});
