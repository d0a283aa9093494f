import { PROTECTED_KINDS } from "../../infra/kubernetes/protected-kinds";
import type { Rule } from "./rule";

/** Machines hold data too, on their disks. The API server leaves these to Cluster API's own controllers, which delete some of them. */
const MACHINES = ["BareMetalHost", "Cluster", "KubeadmControlPlane", "MachineDeployment"];

export const deletionProtection: Rule = {
    name: "deletion-protection",
    description: "What holds data or keys is protected from deletion.",
    violations({ kind, spec }, { protect }) {
        const claims = spec?.["volumeClaimTemplates"] as readonly unknown[] | undefined;
        const holds = MACHINES.includes(kind) || PROTECTED_KINDS.some((each) => each.kind === kind);
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
