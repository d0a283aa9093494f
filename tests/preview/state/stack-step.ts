import { PROJECT } from "../../../infra/conventions/names";
import type { EngineEvent } from "../../../preview/state/events";

/** The engine's event about the stack itself, which does not change. @param outputs in its state */
export function readStack(stack: string, outputs: Readonly<Record<string, unknown>>): EngineEvent {
    const type = "pulumi:pulumi:Stack";
    const state = { type, custom: false, id: "", parent: "", outputs };
    const urn = `urn:pulumi:${stack}::${PROJECT}::${type}::${PROJECT}-${stack}`;
    return { resourcePreEvent: { metadata: { op: "same", urn, type, old: state, new: state } } };
}
