/** The definitions of Cluster API's resources, out of its module. https://cluster-api.sigs.k8s.io */
import { VERSION } from "../../infra/cluster/machines/names";
import { definitions } from "../definitions";
import type { Manifest } from "../objects";

/** CustomResourceDefinitions of the kinds that a site declares, in the declared version. */
export function clusterApiDefinitions(binDirectory: string): Manifest[] {
    const names = [
        "cluster.x-k8s.io_clusters",
        "cluster.x-k8s.io_machinedeployments",
        "cluster.x-k8s.io_machinehealthchecks",
        "controlplane.cluster.x-k8s.io_kubeadmcontrolplanes",
        "bootstrap.cluster.x-k8s.io_kubeadmconfigtemplates",
    ];
    return definitions(binDirectory, { part: "cluster-api", folder: "bases", names, version: VERSION });
}
