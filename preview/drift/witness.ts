/** Asks the clusters themselves who wrote what: an object's managedFields say so, which no state has. */
import { kubeconfigs } from "../../toolchain/cli/environment";
import { stackConfig } from "../../toolchain/cli/stack-config";
import { knownStacks } from "../../toolchain/cli/stack-file";
import { Cluster } from "../../toolchain/providers/kubernetes/cluster";
import { parseSettings } from "../../toolchain/providers/kubernetes/config";
import { parseId } from "../../toolchain/providers/kubernetes/objects";
import { getObject } from "../../toolchain/providers/kubernetes/operations";
import { parsePath } from "../../toolchain/providers/kubernetes/paths";
import { kindOf } from "../../toolchain/providers/kubernetes/types";
import type { PlainMap } from "../../toolchain/plugin/values";
import type { Step } from "../state/events";
import { writersOf } from "./writers";

/** Tells who else than the field manager `own` wrote the field at a path of an object. */
export type Writers = (path: string, own: string) => string[];
/** Returns undefined for a resource that is not in a cluster, or no longer there. */
export type Witness = (step: Step) => Promise<Writers | undefined>;

export function clusterOf(stack: string): Cluster {
    const { context } = stackConfig(stack).site;
    const settings = parseSettings({ context, kubeconfig: kubeconfigs(process.env, knownStacks()) }, process.env);
    return new Cluster(settings, () => Promise.resolve());
}

export function witnessOf(cluster: Cluster): Witness {
    return async ({ type, new: state }) => {
        if (!type.startsWith("kubernetes:") || !state) {
            return undefined;
        }
        const { namespace, name } = parseId(state.id);
        const connection = await cluster.connect();
        // The object has gone in the meantime, so it cannot tell.
        const live = await getObject(connection, kindOf(type, state.inputs as PlainMap), namespace, name).catch(
            () => undefined,
        );
        return live && ((path, own) => writersOf(live, parsePath(path), own));
    };
}
