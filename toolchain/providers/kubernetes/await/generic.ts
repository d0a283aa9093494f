/**
 * Readiness of unknown kinds, where PULUMI_K8S_AWAIT_ALL asks for it, by the conventions of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
 */
import { at, text } from "../objects";
import { Awaiter, READY, Verdict, condition, failed, isTrue, waiting } from "./verdict";

export const generic: Awaiter = {
    check(object): Verdict {
        const observed = at(object, "status", "observedGeneration");
        if (typeof observed === "number" && observed < Number(at(object, "metadata", "generation") ?? 0)) {
            return waiting("its controller has not seen its latest specification yet");
        }
        for (const [type, verdict] of [["Stalled", failed] as const, ["Reconciling", waiting] as const]) {
            if (isTrue(object, type)) {
                return verdict(`${type}: ${text(condition(object, type), "message")}`);
            }
        }
        const wanted = object["kind"] === "CustomResourceDefinition" ? "Established" : "Ready";
        const told = condition(object, wanted);
        if (told ? told["status"] === "True" : wanted === "Ready") {
            return READY;
        }
        return waiting(`${wanted} is ${text(told, "status") || "not told"}: ${text(told, "message")}`);
    },
};
