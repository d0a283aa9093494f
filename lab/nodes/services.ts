/**
 * Makes a site's Services reachable for other sites: a kube-proxy runs in the site's network, which every packet of a link passes on its way in
 * and on its way back. On the machines packets would pass it only on their way in, unless it replaced their source address. The
 * machines have no kube-proxy: Cilium handles the Services that a machine's own pods use.
 */
import * as path from "node:path";
import { stringify } from "yaml";
import { repoRoot } from "../../command-line/paths";
import { ensureFile } from "../../command-line/files";
import { goMemory } from "../go-memory";
import { type SiteInventory, machines } from "../inventory";
import type { Site } from "../options";
import type { Supervised } from "../part";
import type { SitePaths } from "../paths";
import { KUBE_PROXY } from "../pki/catalogue";
import type { Process } from "../processes/identity";
import { accessFromWithin } from "./access";
import { SYSTEM_PATH } from "./network";
import { stampOf } from "./userland";

export const SERVICES = "services";
/** kube-proxy reports its health here: in the site's network, and to nobody else. */
export const SERVICES_HEALTH = "127.0.0.1:10256";

const SCRIPT = path.join(repoRoot, "lab", "nodes", "services.sh");

function files(paths: SitePaths): { readonly configuration: string; readonly access: string } {
    return { configuration: path.join(paths.config, "services.yaml"), access: paths.kubeconfigOf(KUBE_PROXY) };
}

/** Writes the files that the part reads. */
export async function configureServices(paths: SitePaths, inventory: SiteInventory): Promise<void> {
    const { network } = inventory;
    const [first] = machines(inventory);
    if (!network || !first) {
        return;
    }
    const { configuration, access } = files(paths);
    const kubeconfig = path.join("/mnt", path.basename(access));
    await ensureFile(access, await accessFromWithin(paths, network, KUBE_PROXY));
    await ensureFile(configuration, kubeProxy(first.name, kubeconfig));
}

/**
 * https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
 *
 * @param node kube-proxy requires one, and takes from it only what no Service here uses: ports of nodes, and nearby pods
 * @param kubeconfig path of the file
 */
export function kubeProxy(node: string, kubeconfig: string): string {
    return stringify({
        apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
        kind: "KubeProxyConfiguration",
        mode: "nftables",
        // There is no `clusterCIDR`, so that all packets keep their source address on the way to a Service.
        hostnameOverride: node,
        healthzBindAddress: SERVICES_HEALTH,
        clientConnection: { kubeconfig },
        // A namespace sees the host's settings and may not write them.
        conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    });
}

/** @param network process that holds the site's network */
export function servicesPart({ paths, binDirectory }: Site, userland: string, network: Process): Supervised {
    const { configuration, access } = files(paths);
    return {
        name: SERVICES,
        program: "/usr/bin/nsenter",
        args: [
            `--net=/proc/${network.pid}/ns/net`,
            // unshare stays, with the record among its arguments, because kube-proxy does not accept such an argument.
            ...["unshare", "--mount", "--fork", "--kill-child=SIGKILL"],
            SCRIPT,
            paths.record(SERVICES),
            userland,
            binDirectory,
            paths.config,
        ],
        env: { PATH: SYSTEM_PATH, ...goMemory(48) },
        // A new userland takes the place of the folder, and the part's mounts in it are gone.
        reads: [SCRIPT, configuration, access, stampOf(userland)],
        deaf: true,
    };
}
