/** Reads the address of a site's API server, and the user who talks to it, from the site's kubeconfig. */
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { UserError } from "../../command-line/command";
import { type ClusterAddress, locateCluster } from "../providers/kubernetes/kubeconfig";
import { parseSettings } from "../providers/kubernetes/config";
import { kubeconfigs } from "./environment";

/**
 * @param environment `EMBASSY_KUBECONFIG` in it names another kubeconfig than the lab's
 * @throws UserError where the site has no kubeconfig, or one without that context
 */
export async function addressOf(
    site: string,
    context: string,
    environment: Readonly<Record<string, string | undefined>>,
): Promise<ClusterAddress> {
    const kubeconfig = kubeconfigs(environment, [site]);
    if (!kubeconfig.split(delimiter).some((file) => existsSync(file))) {
        throw new UserError(
            `The site ${site} has no kubeconfig ${kubeconfig}. Bring it up with npm start, or name a real site's with EMBASSY_KUBECONFIG.`,
        );
    }
    return locateCluster(parseSettings({ kubeconfig, context }, {})).catch((error: unknown) => {
        throw new UserError(error instanceof Error ? error.message : String(error));
    });
}
