/** PersistentVolume, PersistentVolumeClaim, ResourceQuota, and the token of a service account. */
import { at, isZero, map, text } from "../objects";
import { same } from "../equality";
import { Awaiter, READY, Related, Verdict, failed, waiting } from "./verdict";

export const persistentVolume: Awaiter = {
    check(object): Verdict {
        const phase = text(object, "status", "phase");
        if (phase === "Available" || phase === "Bound") {
            return READY;
        }
        return phase === "Failed" ? failed(text(object, "status", "message")) : waiting(`phase ${phase || "unknown"}`);
    },
};

export const persistentVolumeClaim: Awaiter = {
    related(object): Related | undefined {
        const name = text(object, "spec", "storageClassName");
        return name
            ? {
                  gvk: { group: "storage.k8s.io", version: "v1", kind: "StorageClass" },
                  namespace: "",
                  selector: { fieldSelector: `metadata.name=${name}` },
              }
            : undefined;
    },
    check(object, classes): Verdict {
        const phase = text(object, "status", "phase");
        // Such a claim is bound when the first pod uses it, and that pod may be waiting for the claim itself.
        const late = classes.some((each) => text(each, "volumeBindingMode") === "WaitForFirstConsumer");
        if (phase === "Bound" || (late && phase === "Pending")) {
            return READY;
        }
        const name = text(object, "spec", "storageClassName");
        return waiting(
            `phase ${phase || "unknown"}`,
            ...(name && classes.length === 0 ? [`there is no StorageClass ${name}`] : []),
        );
    },
};

export const resourceQuota: Awaiter = {
    check(object): Verdict {
        const [hard, enforced] = [map(object, "spec", "hard"), map(object, "status", "hard")];
        return same(["hard"], hard, enforced) || isZero(at(object, "spec", "hard"))
            ? READY
            : waiting(
                  "it is not enforced yet (status.hard differs from spec.hard): is kube-controller-manager running?",
              );
    },
};

export const secret: Awaiter = {
    check(object): Verdict {
        return object["type"] !== "kubernetes.io/service-account-token" || !isZero(at(object, "data"))
            ? READY
            : waiting("it has no token yet: does its service account exist?");
    },
};
