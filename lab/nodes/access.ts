/** How a program in a site's network reaches the API server. */
import { readIfThere } from "../../command-line/files";
import { API_SERVER_PORT } from "../../infra/networking/addresses";
import type { NetworkInventory } from "../inventory";
import { kubeconfig } from "../../credentials/kubeconfig";
import type { SitePaths } from "../paths";

/**
 * The text of the program's kubeconfig.
 *
 * @param certificate that the program shows, and the name of the entry for it
 */
export async function accessFromWithin(
    paths: SitePaths,
    { gateway }: NetworkInventory,
    certificate: string,
    user = certificate,
): Promise<string> {
    const read = async (file: string): Promise<string> => (await readIfThere(file)) ?? "";
    return kubeconfig({
        site: paths.site,
        user,
        server: `https://${gateway}:${API_SERVER_PORT}`,
        authority: await read(paths.certificate("ca")),
        credentials: await read(paths.pem(certificate)),
    });
}
