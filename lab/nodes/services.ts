/**
 * A site's Services as other sites reach them: a kube-proxy in the site's network, which every packet of a link passes on
 * its way in and on its way back. On the machines it would pass only on its way in, unless they put their address in place
 * of the sender's. There is none on them: Cilium knows the Services to which a machine's own pods turn.
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
/** Where kube-proxy says that it is well: in the site's network, to nobody else. */
export const SERVICES_HEALTH = "127.0.0.1:10256";

const SCRIPT = path.join(repoRoot, "lab", "nodes", "services.sh");

function files(paths: SitePaths): { readonly configuration: string; readonly access: string } {
    return { configuration: path.join(paths.config, "services.yaml"), access: paths.kubeconfigOf(KUBE_PROXY) };
}

/** Writes what the part reads. */
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
 * @param node it wants to be on one, and takes from it what no Service here asks for: ports of nodes, and pods that are near
 * @param kubeconfig path of the file
 */
export function kubeProxy(node: string, kubeconfig: string): string {
    return stringify({
        apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
        kind: "KubeProxyConfiguration",
        mode: "nftables",
        // No range of pods (`clusterCIDR`): the packets of all keep their source address on the way to a Service.
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
            // It stays, with the record among its arguments, of which kube-proxy takes no such.
            ...["unshare", "--mount", "--fork", "--kill-child=SIGKILL"],
            SCRIPT,
            paths.record(SERVICES),
            userland,
            binDirectory,
            paths.config,
        ],
        env: { PATH: SYSTEM_PATH, ...goMemory(48) },
        // Its mounts in the userland are gone with it.
        reads: [SCRIPT, configuration, access, stampOf(userland)],
        deaf: true,
    };
}
