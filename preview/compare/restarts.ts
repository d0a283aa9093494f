/** Tells whose pods restart, in what order, and whether enough of them are left in the meantime. Pure. */
import { at, count, map } from "../../toolchain/providers/kubernetes/objects";
import type { Plain, PlainMap } from "../../toolchain/plugin/values";
import type { Rendered } from "../render/registrations";
import type { Restart } from "../report";
import type { Pair } from "./objects";
import { selects } from "./selectors";
import { kindOf, metadataOf, subjectOf } from "./show";

const KINDS = ["StatefulSet", "Deployment", "DaemonSet"];

/** Sets of hosts, and the templates that they are made of: https://cluster-api.sigs.k8s.io/tasks/upgrading-clusters */
const MACHINES = ["MachineDeployment", "KubeadmControlPlane"];
const MADE_OF = /^spec\.(template\.spec|machineTemplate|kubeadmConfigSpec|version)\b/;

export function restartsOf(pairs: readonly Pair[]): Restart[] {
    const budgets = pairs.flatMap(({ after }) => (after && kindOf(after) === "PodDisruptionBudget" ? after : []));
    return pairs.flatMap(({ before, after, operation, changes }) => {
        if (before === undefined || after === undefined) {
            return [];
        }
        if (MACHINES.includes(kindOf(after))) {
            return changes.some(({ path }) => MADE_OF.test(path)) ? [machines(after)] : [];
        }
        if (!KINDS.includes(kindOf(after))) {
            return [];
        }
        const restarts = operation === "replace" || changes.some(({ path }) => path.startsWith("spec.template."));
        // Pods that will no longer run do not restart.
        const running = Math.min(replicas(before), replicas(after));
        return restarts && running > 0
            ? [restart(before, after, operation === "replace", budgetOf(after, budgets))]
            : [];
    });
}

/** The number of pods that may be missing at once: `spec.maxUnavailable`, or what `minAvailable` leaves of `pods`. */
export function spare(budget: PlainMap, pods: number): number {
    const { maxUnavailable, minAvailable } = map(budget, "spec");
    return maxUnavailable === undefined ? pods - share(minAvailable, pods) : share(maxUnavailable, pods);
}

/** https://kubernetes.io/docs/tasks/run-application/configure-pdb/: shares are rounded up. */
function share(value: Plain | undefined, pods: number): number {
    return typeof value === "string" && value.endsWith("%")
        ? Math.ceil((pods * Number.parseInt(value, 10)) / 100)
        : Number(value ?? 0);
}

function restart(before: Rendered, after: Rendered, isReplaced: boolean, budget: Rendered | undefined): Restart {
    const inputs = after.inputs as PlainMap;
    const pods = Math.min(replicas(before), replicas(after));
    const { name = after.name } = metadataOf(after);
    const who = `${subjectOf(after)}'s ${name}`;
    const first = count(inputs, "spec", "ordinals", "start");
    const members =
        kindOf(after) === "StatefulSet"
            ? Array.from({ length: replicas(before) }, (_, index) => `${name}-${first + index}`).reverse()
            : [];
    const atOnce = isReplaced || at(inputs, "spec", "strategy", "type") === "Recreate";
    const many = pods === 1 ? "1 pod restarts" : `${pods} pods restart`;
    if (atOnce || pods < 2) {
        return { who, members, served: false, text: `${many}, and none serves meanwhile` };
    }
    const order = members.length > 0 ? ` one after the other (${members.join(", ")})` : ", one after the other";
    if (budget === undefined) {
        return {
            who,
            members,
            served: true,
            text: `${many}${order}; no disruption budget says how many may be missing`,
        };
    }
    const bears = spare(budget.inputs as PlainMap, pods);
    return bears >= 1
        ? {
              who,
              members,
              served: true,
              text: `${many}${order}; the disruption budget bears ${bears} of ${pods} missing`,
          }
        : { who, members, served: false, text: `${many}${order}; the disruption budget bears none missing` };
}

function machines(after: Rendered): Restart {
    const { name = after.name } = metadataOf(after);
    const many = replicas(after) === 1 ? "1 host is" : `${replicas(after)} hosts are`;
    return {
        who: `${subjectOf(after)}'s ${name}`,
        members: [],
        served: true,
        text: `${many} installed anew, one after the other`,
    };
}

function replicas({ inputs }: Rendered): number {
    // The number is 1 where it is left out: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/
    return Number(at(inputs as PlainMap, "spec", "replicas") ?? 1);
}

function budgetOf(workload: Rendered, budgets: readonly Rendered[]): Rendered | undefined {
    const labels = map(workload.inputs as PlainMap, "spec", "template", "metadata", "labels");
    return budgets.find(
        (budget) =>
            metadataOf(budget).namespace === metadataOf(workload).namespace &&
            selects(map(budget.inputs as PlainMap, "spec", "selector"), labels as Record<string, string>),
    );
}
