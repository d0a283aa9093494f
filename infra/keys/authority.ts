import * as pulumi from "@pulumi/pulumi";
import { PROTECTED } from "../kubernetes/deletion-protection";
import type { AuthorityPlan } from "./plan-authority";
import { type CrossStackSecrets, crossStackSecretsIn } from "./cross-stack-secrets";
import { generatedSecret } from "./generated";
import { issueIntermediate } from "./intermediate";
import { createRoot } from "./root";

export interface AuthorityArgs {
    readonly plan: AuthorityPlan;
    /** Secrets out of custody, where the stack that holds the root is gone. */
    readonly handed?: CrossStackSecrets | undefined;
}

/**
 * Where a site's certificates and keys come from.
 *
 * The site that holds the root has the root, an intermediate for every site, and the registries' secrets. The others have
 * what that stack hands them. Reading a stack's state needs nothing of the site itself, so a site that was cut off goes on.
 */
export class Authority extends pulumi.ComponentResource {
    /** The secrets of this site. */
    readonly own: pulumi.Output<CrossStackSecrets>;
    /** The secrets of the other sites, by site; undefined where another stack holds the root. */
    readonly crossStackSecrets: pulumi.Output<Record<string, CrossStackSecrets>> | undefined;

    /** @throws pulumi.RunError where keys are handed to the stack that holds the root: it would make another root than theirs */
    constructor(name: string, { plan, handed }: AuthorityArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:keys:Authority", name, {}, opts);
        if (plan.holdsRoot && handed !== undefined) {
            throw new pulumi.RunError(
                `${plan.site} holds the root and takes no keys from another stack: unset EMBASSY_CROSS_STACK_SECRETS, or name another stack`,
            );
        }
        if (handed !== undefined) {
            this.own = pulumi.secret(handed);
        } else if (plan.holdsRoot) {
            // The root signs intermediates and nothing else.
            const rootArgs = { commonName: "Data Embassy root", validity: plan.root };
            const root = createRoot("root", rootArgs, { parent: this, ...PROTECTED });
            // A registry's keys are derived from its secret: registry-keys.ts.
            const registries = Object.fromEntries(
                plan.registries.map((registry) => [registry, generatedSecret(`${registry}-secret`, { parent: this })]),
            );
            const ofSites = Object.fromEntries(
                plan.sites.map((site): [string, pulumi.Output<CrossStackSecrets>] => {
                    const issuer = issueIntermediate(site, { root, validity: plan.intermediate }, { parent: this });
                    return [site, pulumi.output({ issuer, registries })];
                }),
            );
            const { [plan.site]: own, ...others } = ofSites;
            if (own === undefined) {
                throw new Error(
                    `${plan.site} is not among the sites that have an intermediate: ${plan.sites.join(", ")}`,
                );
            }
            this.own = pulumi.secret(own);
            this.crossStackSecrets = pulumi.secret(pulumi.all(others));
        } else {
            const holder = new pulumi.StackReference("root-holder", { name: plan.rootStack }, { parent: this });
            this.own = pulumi.secret(
                holder.outputs.apply((outputs) => {
                    const own = crossStackSecretsIn(outputs)?.[plan.site];
                    if (own === undefined) {
                        throw new pulumi.RunError(
                            `stack ${plan.rootStack} has issued no intermediate for ${plan.site}: add ${plan.site} to ` +
                                `data-embassy:sites in Pulumi.yaml and run "pulumi up" on it first`,
                        );
                    }
                    return own;
                }),
            );
        }
        this.registerOutputs();
    }
}
