/** Finds what would keep a site from coming up, before anything is started. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { LabError } from "./errors";
import { makeDirectory, readJson } from "../command-line/files";
import { NodeKind, SiteInventory } from "./inventory";
import { Site, foundedWith } from "./options";
import { DISKS } from "./objects";
import { folders } from "./store-disk";
import { POSTGRES_MAJOR } from "../infra/conventions/postgres";
import { type PartName, partsWith } from "./part";
import { PortName, refuseTakenPorts, rememberedPorts } from "./ports";

/** Space for a site's data and logs at its start and for its work; with less, etcd would soon refuse to write. */
const DISK_MIB = 512;
const MIB = 1024 * 1024;

/** @throws LabError */
export async function refuseMissingBinaries({ binDirectory, inventory }: Site): Promise<void> {
    const missing: string[] = [];
    const ofMachines = inventory().network
        ? ["kubelet", "cilium-agent", "cilium-cni", "kube-proxy", "registry", "crane"]
        : [];
    for (const binary of [...partsOf(inventory()), "kubectl", ...ofMachines]) {
        await fs.access(path.join(binDirectory, binary), fs.constants.X_OK).catch(() => missing.push(binary));
    }
    if (missing.length > 0) {
        throw new LabError(
            `${missing.join(", ")} not found in ${binDirectory}. Run npm start, or npm run toolchain, which builds what the lab runs.`,
        );
    }
}

function partsOf({ network }: SiteInventory): PartName[] {
    return partsWith(network ? "real" : "simulated");
}

/** @throws LabError where the site exists with nodes of another kind */
export function refuseOtherNodes({ paths }: Site, wanted: NodeKind | undefined): void {
    const founded = foundedWith(paths);
    if (founded !== undefined && wanted !== undefined && founded !== wanted) {
        throw new LabError(
            `${paths.site} has ${founded} nodes, and a site keeps the kind that it was made with. For ${wanted} ones begin anew with npm run lab -- down ${paths.site} --delete`,
        );
    }
}

export async function freeMebibytes(directory: string): Promise<number> {
    const { bavail, bsize } = await fs.statfs(directory);
    return Math.floor((bavail * bsize) / MIB);
}

/** @param data bytes that will be written there in addition. @throws LabError */
export async function refuseFullDisk(directory: string, data = 0): Promise<void> {
    await makeDirectory(directory);
    const free = await freeMebibytes(directory);
    const needed = DISK_MIB + Math.ceil(data / MIB);
    if (free < needed) {
        throw new LabError(
            `Only ${free} MiB are free on the disk of ${directory}, and a site needs ${needed} MiB${data > 0 ? " with its data" : ""} to start. Free some, or set EMBASSY_HOME to a directory on another disk.`,
        );
    }
}

/** @throws LabError where a foreign process listens on the port of a part that does not run. */
export async function refuseForeignPorts({ paths, supervisor, inventory }: Site): Promise<void> {
    const names: PortName[] = [];
    for (const part of partsOf(inventory())) {
        const ours = (await supervisor.live(part)) ?? (await supervisor.processes(part))[0];
        if (!ours) {
            names.push(part, ...(part === "etcd" ? (["etcd-peer"] as const) : []));
        }
    }
    await refuseTakenPorts(paths.site, await rememberedPorts(paths), names);
}

/**
 * Kubernetes cannot move a cluster that has nodes and Services to other address ranges, and its controller manager
 * would end at once. @throws LabError naming each range that the inventory has changed since the site was made.
 */
export async function refuseMovedRanges({ paths, inventory }: Site): Promise<void> {
    const founded = (await readJson(paths.foundation)) as Partial<Foundation> | undefined;
    const wanted = foundation(inventory());
    const moved = (["serviceCidr", "podCidr"] as const).filter((range) => founded && founded[range] !== wanted[range]);
    if (moved.length > 0) {
        const changes = moved.map((range) => `${range} from ${founded?.[range] ?? "nothing"} to ${wanted[range]}`);
        throw new LabError(
            `${paths.site}: ${changes.join(" and ")}: a cluster keeps the ranges that it was made with. Put them back, or begin anew with npm run lab -- down ${paths.site} --delete`,
        );
    }
}

/**
 * A database belongs to a major version of Postgres, and no other opens it. @throws LabError naming the disk of a site that was made with
 * another, and has none of this one beside it
 */
export async function refuseOtherPostgres({ paths }: Site): Promise<void> {
    const { directory, site } = paths;
    for (const disk of await folders(path.join(directory, "machines"), "*", "var", DISKS, "*", "*")) {
        const majors = (await folders(disk, "*", "data"))
            .map((data) => path.basename(path.dirname(data)))
            .filter((name) => /^\d+$/.test(name));
        const [other] = majors.filter((major) => major !== POSTGRES_MAJOR);
        if (other !== undefined && !majors.includes(POSTGRES_MAJOR)) {
            throw new LabError(
                `A registry of ${site} holds data of Postgres ${other}, this release runs ${POSTGRES_MAJOR}, which cannot open it: ${disk}. ` +
                    "Nothing was changed. Go on with the release that made it (git checkout), whose restore still reads its backups, " +
                    `or begin anew with npm run lab -- down ${site} --delete. docs/upgrade.md#postgres`,
            );
        }
    }
}

/** What a site keeps for its whole life. */
export type Foundation = Pick<SiteInventory, "serviceCidr" | "podCidr"> & { readonly nodes: NodeKind };

export function foundation({ serviceCidr, podCidr, network }: SiteInventory): Foundation {
    return { serviceCidr, podCidr, nodes: network ? "real" : "simulated" };
}

/**
 * The keys of a site that it cannot do without are made only once: where it has data or has run, a missing key is not made again. Certificates
 * are made again, and so is etcd's authority, which nobody outside the site knows. @throws LabError
 */
export async function refuseLostKey({ paths }: Site): Promise<void> {
    const exists = (file: string): Promise<boolean> =>
        fs.stat(file).then(
            ({ size }) => size > 0,
            () => false,
        );
    const again = `Put it back, or begin anew with npm run lab -- down ${paths.site} --delete`;
    const { site, encryption, foundation: founded } = paths;
    if (!(await exists(path.join(paths.etcdData, "member")))) {
        if (await exists(paths.auditLog)) {
            throw new LabError(
                `${paths.etcdData} is gone or empty, and ${site} has run (${paths.auditLog}): its objects would be made anew beside the disks of its machines. ${again}`,
            );
        }
        return;
    }
    const kept: readonly [file: string, without: string][] = [
        [encryption, `the Secrets of ${site} cannot be read`],
        [founded, `nobody knows with which ranges and nodes ${site} was made`],
        [paths.pem("ca"), `nobody who has a kubeconfig of ${site} would know it again`],
        [paths.pem("service-account"), `no token that ${site} has given out is good`],
    ];
    for (const [file, without] of kept) {
        if (!(await exists(file))) {
            throw new LabError(`${file} is gone or empty, and without it ${without}. ${again}`);
        }
    }
}
