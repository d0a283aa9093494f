import * as pulumi from "@pulumi/pulumi";
import { HELD } from "../cluster/held";
import type { AuthorityPlan } from "../plan/authority";
import { type Issuer, issueIntermediate } from "./intermediate";
import { createRoot } from "./root";

/** Name of the stack output through which the holder of the root hands each site its issuer. */
export const ISSUERS_OUTPUT = "issuers";

/**
 * Where a site's certificates come from.
 *
 * On the site that holds the root: the root and an intermediate for every site. On the others: the intermediate out
 * of that stack's outputs. Reading a stack's state needs nothing of the site itself, so a site that was cut off goes on.
 */
export class Authority extends pulumi.ComponentResource {
    /** This site's own issuer. */
    readonly issuer: pulumi.Output<Issuer>;
    /** Issuers for the other sites, by site; undefined where the root is held elsewhere. */
    readonly issued: pulumi.Output<Record<string, Issuer>> | undefined;

    constructor(name: string, plan: AuthorityPlan, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:keys:Authority", name, {}, opts);
        if (plan.holdsRoot) {
            const root = createRoot(plan, { parent: this, ...HELD });
            const issuers = Object.fromEntries(
                plan.sites.map((site) => [site, issueIntermediate(site, root, plan, { parent: this })]),
            );
            const { [plan.site]: own, ...others } = issuers;
            if (own === undefined) {
                throw new Error(
                    `${plan.site} is not among the sites that have an intermediate: ${plan.sites.join(", ")}`,
                );
            }
            this.issuer = own;
            this.issued = pulumi.secret(pulumi.all(others));
        } else {
            const holder = new pulumi.StackReference("root-holder", { name: plan.rootStack }, { parent: this });
            this.issuer = pulumi.secret(
                holder.requireOutput(ISSUERS_OUTPUT).apply((issuers: Record<string, Issuer | undefined>) => {
                    const issuer = issuers[plan.site];
                    if (issuer === undefined) {
                        throw new pulumi.RunError(
                            `stack ${plan.rootStack} has issued no intermediate for ${plan.site}: add ${plan.site} to ` +
                                `data-embassy:keys.sites there and run "pulumi up" on it first`,
                        );
                    }
                    return issuer;
                }),
            );
        }
        this.registerOutputs();
    }
}
