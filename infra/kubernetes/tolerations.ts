import type { input } from "@pulumi/kubernetes/types";

/**
 * A pod leaves a machine that is gone after this many seconds. By default Kubernetes leaves it there for five minutes, and at first puts new
 * ones there, too.
 */
export const SOON_ELSEWHERE: input.core.v1.Toleration[] = ["not-ready", "unreachable"].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 30,
}));
