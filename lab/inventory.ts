/** What the lab has to build for a site: the address ranges and machines that the site's stack file declares. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { ConfigError, parseConfig } from "../infra/config";
import { plan } from "../infra/plan";
import { declaredStacks } from "../toolchain/cli/stack-file";
import { repoRoot } from "../toolchain/paths";
import { LabError } from "./errors";

/** Local disks of one kind in one machine, each a PersistentVolume. */
export interface DiskInventory {
    /** StorageClass name. */
    readonly class: string;
    readonly count: number;
    /** Kubernetes quantity, of each disk. */
    readonly size: string;
}

export interface NodeInventory {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints?: readonly {
        key: string;
        value?: string;
        effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
    }[];
    /** InternalIP of the machine. */
    readonly address?: string;
    /** Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    readonly pods: number;
    readonly disks: readonly DiskInventory[];
}

export interface SiteInventory {
    readonly name: string;
    readonly serviceCidr: string;
    readonly podCidr: string;
    readonly clusterDomain: string;
    readonly nodes: readonly NodeInventory[];
}

export const defaultSites: readonly string[] = ["tallinn", "luxembourg"];

/** Kubernetes' own default; the server certificates name it. */
const CLUSTER_DOMAIN = "cluster.local";

/** @throws LabError for a stack without a file, or with a wrong one. */
export function siteInventory(stack: string): SiteInventory {
    const file = path.join(repoRoot, `Pulumi.${stack}.yaml`);
    if (!fs.existsSync(file)) {
        throw new LabError(
            `There is no site "${stack}": no file Pulumi.${stack}.yaml. Sites are ${declaredStacks().join(", ")}.`,
        );
    }
    try {
        const { config = {} } = parse(fs.readFileSync(file, "utf8")) as { config?: Record<string, unknown> };
        const configuration = parseConfig(stack, config);
        return {
            name: stack,
            serviceCidr: configuration.networking.services,
            podCidr: configuration.networking.pods,
            clusterDomain: CLUSTER_DOMAIN,
            nodes: plan(configuration).hosts.map(({ disks, ...host }) => ({ ...host, disks: [disks] })),
        };
    } catch (error) {
        throw error instanceof ConfigError ? new LabError(error.message) : error;
    }
}
