import type { Rule } from "./rule";

/** Namespaces take everything in them along; Secrets hold keys; sets of pods with claims hold data, and so do machines, with their disks. */
const HOLDING = ["Namespace", "Secret", "BareMetalHost", "Cluster", "KubeadmControlPlane", "MachineDeployment"];

export const held: Rule = {
    name: "held",
    description: "What holds data or keys is not removed in one step.",
    violations({ kind, spec }, { protect }) {
        const claims = spec?.["volumeClaimTemplates"] as readonly unknown[] | undefined;
        const holds = HOLDING.includes(kind) || (kind === "StatefulSet" && claims !== undefined);
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
