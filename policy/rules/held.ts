import { HELD_KINDS } from "../../infra/kubernetes/held-kinds";
import type { Rule } from "./rule";

/** Machines hold data too, on their disks. The API server leaves these to Cluster API's own controllers, which delete some of them. */
const MACHINES = ["BareMetalHost", "Cluster", "KubeadmControlPlane", "MachineDeployment"];

export const held: Rule = {
    name: "held",
    description: "What holds data or keys is not removed in one step.",
    violations({ kind, spec }, { protect }) {
        const claims = spec?.["volumeClaimTemplates"] as readonly unknown[] | undefined;
        const holds = MACHINES.includes(kind) || HELD_KINDS.some((held) => held.kind === kind);
        const policy = spec?.["persistentVolumeClaimRetentionPolicy"] as Record<string, string> | undefined;
        const kept = ["whenDeleted", "whenScaled"].filter(
            (when) => claims !== undefined && policy?.[when] !== "Retain",
        );
        return [
            ...(holds && !protect ? [`a ${kind} holds data or keys; it must have the option protect`] : []),
            ...kept.map((when) => `persistentVolumeClaimRetentionPolicy.${when} must be Retain`),
        ];
    },
};
