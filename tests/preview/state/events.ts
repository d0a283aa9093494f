/** The engine's events about one object. */
import type { EngineEvent, Step, StepState } from "../../../preview/state/events";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A secret in the engine's events, which mark it and leave out its value. */
export const BLINDED = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };

export function stateOf(kind: string, namespace: string, name: string, more: object): StepState {
    const inputs = { apiVersion: "v1", kind, metadata: { namespace, name }, ...more };
    return { type: `kubernetes:core/v1:${kind}`, custom: true, id: `${namespace}/${name}`, parent: "", inputs };
}

export function stepOf(
    op: string,
    old: StepState | null,
    next: StepState | null,
    more: Partial<Step> = {},
): EngineEvent {
    const { type = "", id = "" } = next ?? old ?? {};
    const urn = `urn:pulumi:test::data-embassy::${type}::${id.replace("/", "-")}`;
    return { resourcePreEvent: { metadata: { op, urn, type, old, new: next, ...more } } };
}

export function updated(path: string, diffKind = "update"): Partial<Step> {
    return { detailedDiff: { [path]: { diffKind, inputDiff: true } } };
}
