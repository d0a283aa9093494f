import * as pulumi from "@pulumi/pulumi";
import { HELD } from "../kubernetes/held";
import type { AuthorityPlan } from "./plan-authority";
import { type Handover, HANDOVERS_OUTPUT } from "./handover";
import { issueIntermediate } from "./intermediate";
import { registrySecrets } from "./registry-secrets";
import { createRoot } from "./root";

/**
 * Where a site's certificates and keys come from.
 *
 * On the site that holds the root: the root, an intermediate for every site, and the registries' secrets. On the others:
 * what that stack hands them. Reading a stack's state needs nothing of the site itself, so a site that was cut off goes on.
 */
export class Authority extends pulumi.ComponentResource {
    /** This site's own. */
    readonly own: pulumi.Output<Handover>;
    /** By site, for the others; undefined where the root is held elsewhere. */
    readonly handovers: pulumi.Output<Record<string, Handover>> | undefined;

    /**
     * @param handed out of custody, where the stack that holds the root is gone
     * @throws pulumi.RunError where this is that stack: it would make another root than the one it is handed keys of
     */
    constructor(name: string, plan: AuthorityPlan, opts: pulumi.ComponentResourceOptions, handed?: Handover) {
        super("data-embassy:keys:Authority", name, {}, opts);
        if (plan.holdsRoot && handed !== undefined) {
            throw new pulumi.RunError(
                `${plan.site} holds the root, and is handed no keys: unset EMBASSY_HANDOVER, or name another stack`,
            );
        }
        if (handed !== undefined) {
            this.own = pulumi.secret(handed);
        } else if (plan.holdsRoot) {
            // Signs intermediates and nothing else.
            const rootArgs = { commonName: "Data Embassy root", validity: plan.root };
            const root = createRoot("root", rootArgs, { parent: this, ...HELD });
            const registries = registrySecrets(plan.registries, { parent: this });
            const handovers = Object.fromEntries(
                plan.sites.map((site): [string, pulumi.Output<Handover>] => {
                    const issuer = issueIntermediate(site, root, plan, { parent: this });
                    return [site, pulumi.output({ issuer, registries })];
                }),
            );
            const { [plan.site]: own, ...others } = handovers;
            if (own === undefined) {
                throw new Error(
                    `${plan.site} is not among the sites that have an intermediate: ${plan.sites.join(", ")}`,
                );
            }
            this.own = pulumi.secret(own);
            this.handovers = pulumi.secret(pulumi.all(others));
        } else {
            const holder = new pulumi.StackReference("root-holder", { name: plan.rootStack }, { parent: this });
            this.own = pulumi.secret(
                holder.requireOutput(HANDOVERS_OUTPUT).apply((handovers: Record<string, Handover | undefined>) => {
                    const handover = handovers[plan.site];
                    if (handover === undefined) {
                        throw new pulumi.RunError(
                            `stack ${plan.rootStack} has issued no intermediate for ${plan.site}: add ${plan.site} to ` +
                                `data-embassy:sites in Pulumi.yaml and run "pulumi up" on it first`,
                        );
                    }
                    return handover;
                }),
            );
        }
        this.registerOutputs();
    }
}
