import type { NetworkPlan, OtherSite } from "../networking/addresses";
import type { AuthorityPlan } from "../keys/plan-authority";
import type { AuditShipperPlan } from "../cluster/control-plane/plan-audit-shipper";
import type { CertManagerPlan } from "../keys/plan-cert-manager";
import type { DnsPlan } from "../networking/dns/plan";
import type { EdgePlan } from "../edge/plan";
import type { ImageOrigin } from "../conventions/images";
import type { Host } from "../cluster/facility/inventory";
import type { MachineObject } from "../cluster/machines/plan";
import type { ObjectStorePlan } from "../storage/plan-object-store";
import type { RegistryPlan } from "../registries/plan";

/** What follows from a stack's configuration: plain specifications of all that a site has. */
export interface EmbassyPlan {
    readonly site: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Kubeconfig context. */
    readonly context: string;
    /** Version of the Pod Security profile, `v1.36`. */
    readonly podSecurityVersion: string;
    readonly hosts: readonly Host[];
    /** The image of kube-proxy; undefined where somebody else makes the machines, and says what runs on them. */
    readonly kubeProxyImage: string | undefined;
    /** The objects that make machines of the hosts; empty where somebody else makes them. */
    readonly machines: readonly MachineObject[];
    readonly storageClass: string;
    readonly imageOrigin: ImageOrigin;
    readonly network: NetworkPlan;
    readonly other: OtherSite;
    readonly dns: DnsPlan;
    readonly authority: AuthorityPlan;
    readonly certManager: CertManagerPlan;
    readonly objectStore: ObjectStorePlan;
    /** Undefined for a site that is no half of a pair. */
    readonly auditShipper: AuditShipperPlan | undefined;
    readonly registries: readonly RegistryPlan[];
    /** Undefined for a site without an edge. */
    readonly edge: EdgePlan | undefined;
    /** Steps in which the site comes up. */
    readonly bootOrder: readonly (readonly string[])[];
}
