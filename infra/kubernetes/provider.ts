import { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The way into a site is a context of the user's kubeconfig, so that neither path nor credential enters the state.
 *
 * - `clusterIdentifier`: a new address of the same site must not read as another cluster and replace everything.
 * - `upsertExistingObjects`: every name is ours, so that a run takes over what a killed run left behind, and does not fail on it.
 * - `enablePatchForce`: code wins over a change by hand, which would otherwise be a conflict between field managers.
 * - `enableSecretMutable`: a renewed certificate updates its Secret in place; replacing it would leave a gap.
 * - `enableConfigMapMutable`: a changed file updates its ConfigMap in place, too. Replacing it would also replace what mounts it, and a
 *   database is protected from that: no change of its files could reach a site that is up.
 */
export function siteProvider(
    name: string,
    { site, context }: { readonly site: string; readonly context: string },
    opts: pulumi.ResourceOptions,
): Provider {
    // The SDK would copy KUBECONFIG, a path of this machine, into the state. The plugin reads the variable by itself.
    delete process.env["KUBECONFIG"];
    return new Provider(
        name,
        {
            context,
            clusterIdentifier: site,
            enableServerSideApply: true,
            upsertExistingObjects: true,
            enablePatchForce: true,
            enableSecretMutable: true,
            enableConfigMapMutable: true,
        },
        opts,
    );
}
