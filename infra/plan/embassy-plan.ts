import type { NetworkPlan } from "./addresses";
import type { AuthorityPlan } from "./authority";
import type { CertManagerPlan } from "./cert-manager";
import type { DnsPlan } from "./dns";
import type { EdgePlan } from "./edge";
import type { ImageOrigin } from "./images";
import type { Host } from "./inventory";
import type { MachineObject } from "./machines";
import type { ObjectStorePlan } from "./object-store";
import type { RegistryPlan } from "./registries";

/** What a stack's configuration comes to: plain specifications of all that a site has. */
export interface EmbassyPlan {
    readonly site: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Kubeconfig context. */
    readonly context: string;
    /** Version of the Pod Security profile, `v1.36`. */
    readonly podSecurityVersion: string;
    readonly hosts: readonly Host[];
    /** What makes machines of the hosts; none where somebody else does. */
    readonly machines: readonly MachineObject[];
    readonly storageClass: string;
    readonly imageOrigin: ImageOrigin;
    readonly network: NetworkPlan;
    readonly dns: DnsPlan;
    readonly authority: AuthorityPlan;
    readonly certManager: CertManagerPlan;
    readonly objectStore: ObjectStorePlan;
    readonly registries: readonly RegistryPlan[];
    /** Undefined for a site without an edge. */
    readonly edge: EdgePlan | undefined;
    /** Steps in which the site comes up. */
    readonly bootOrder: readonly (readonly string[])[];
}
