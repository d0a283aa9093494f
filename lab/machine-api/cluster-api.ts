/** The definitions of Cluster API's resources, as its module has them. https://cluster-api.sigs.k8s.io */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { VERSION } from "../../infra/plan/machines/names";
import { libraryOf } from "../../toolchain/build/go-folders";
import { type Manifest, OWNED } from "../objects";

/** Of the kinds that a site declares. */
const DEFINITIONS = [
    "cluster.x-k8s.io_clusters",
    "cluster.x-k8s.io_machinedeployments",
    "cluster.x-k8s.io_machinehealthchecks",
    "controlplane.cluster.x-k8s.io_kubeadmcontrolplanes",
    "bootstrap.cluster.x-k8s.io_kubeadmconfigtemplates",
];

interface Definition extends Manifest {
    readonly spec: { readonly versions: readonly { readonly name: string }[] };
}

/**
 * What they refuse is untouched. Left out is what five sixths of them are, and an API server keeps in memory: descriptions, and the
 * version before, which is not declared.
 */
export function clusterApiDefinitions(binDirectory: string): Manifest[] {
    return DEFINITIONS.map((name) => {
        const file = path.join(libraryOf(binDirectory, "cluster-api"), "bases", `${name}.yaml`);
        const { spec, metadata, ...rest } = parse(fs.readFileSync(file, "utf8")) as Definition;
        const versions = spec.versions.filter((version) => version.name === VERSION).map(undescribed);
        return { ...rest, metadata: { ...metadata, labels: OWNED }, spec: { ...spec, versions } };
    });
}

/** A schema's description is text; a property that is called so is a schema. */
function undescribed(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(undescribed);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const kept = Object.entries(value).filter(([key, inner]) => key !== "description" || typeof inner !== "string");
    return Object.fromEntries(kept.map(([key, inner]) => [key, undescribed(inner)]));
}
