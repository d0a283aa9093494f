/**
 * Finds which control groups a host has. Version 1 has a hierarchy for each controller, version 2 one for all, and a hybrid host has both, with
 * the controllers on version 1: https://systemd.io/CGROUP_DELEGATION. Pure, over what the kernel says.
 */

interface Mount {
    readonly point: string;
    readonly readOnly: boolean;
}

export type Hierarchy =
    | { readonly version: 2; readonly mount: Mount }
    /** Controller → mount point of its hierarchy. */
    | { readonly version: 1; readonly mounts: ReadonlyMap<string, Mount> };

/** What the kernel says about its control groups. */
export interface KernelGroups {
    /** /proc/self/mountinfo: proc_pid_mountinfo(5). */
    readonly mountinfo: string;
    /** /proc/cgroups: cgroups(7). */
    readonly cgroups: string;
    /** The group at the mount point of version 2. */
    readonly top?: {
        /** cgroup.controllers: the controllers that may be used below. */
        readonly controllers: string;
        /** cgroup.subtree_control: the controllers that are used below. */
        readonly passedOn: string;
        /** Whether it is part of a larger hierarchy, as in a container: only the kernel's own top has no cgroup.type. */
        readonly nested: boolean;
        /** cgroup.procs: processes that are in it and in no group below it. */
        readonly processes: string;
    };
}

/** Controllers that kubelet and runc use, each with the option of the kernel's configuration that provides it. */
const CONTROLLERS = {
    cpu: "CONFIG_FAIR_GROUP_SCHED",
    cpuset: "CONFIG_CPUSETS",
    memory: "CONFIG_MEMCG",
    pids: "CONFIG_CGROUP_PIDS",
} as const;
/** On version 2 no controller is needed to account for processors, to admit to devices and to freeze. */
const CONTROLLERS_OF_VERSION_1 = {
    ...CONTROLLERS,
    cpuacct: "CONFIG_CGROUP_CPUACCT",
    devices: "CONFIG_CGROUP_DEVICE",
    freezer: "CONFIG_CGROUP_FREEZER",
} as const;

/** The controllers that the lab's groups pass on to the groups below them, on version 2. */
export const PASSED_ON: readonly string[] = Object.keys(CONTROLLERS);

/** Undefined where none is mounted. */
export function hierarchyOf(mountinfo: string): Hierarchy | undefined {
    const all = mountinfo.split("\n").flatMap(parseMount);
    const mounts = new Map<string, Mount>();
    for (const { type, options, mount } of all) {
        // The first mount is the host's own; later ones are copies of it.
        for (const option of type === "cgroup" ? options.filter((each) => !mounts.has(each)) : []) {
            mounts.set(option, mount);
        }
    }
    if (mounts.has("cpu") || mounts.has("memory")) {
        return { version: 1, mounts };
    }
    const unified = all.find(({ type }) => type === "cgroup2");
    return unified && { version: 2, mount: unified.mount };
}

/** `36 35 98:0 / /mnt rw,noatime shared:1 - ext4 /dev/root rw,errors=continue` */
function parseMount(line: string): { type: string; options: string[]; mount: Mount }[] {
    const [own = "", ofSystem = ""] = line.split(" - ");
    const [, , , , point, flags = ""] = own.split(" ");
    const [type = "", , options = ""] = ofSystem.split(" ");
    return point === undefined
        ? []
        : [{ type, options: options.split(","), mount: { point, readOnly: flags.split(",").includes("ro") } }];
}

/** The folder of `group` for `controller`; undefined where this host has no such controller. */
export function folderOf(hierarchy: Hierarchy | undefined, controller: string, group: string): string | undefined {
    const mount = hierarchy?.version === 1 ? hierarchy.mounts.get(controller) : hierarchy?.mount;
    return mount && `${mount.point}/${group}`;
}

/** Every folder that `group` can have. */
export function foldersOf(hierarchy: Hierarchy | undefined, group: string): string[] {
    const mounts = hierarchy?.version === 1 ? [...hierarchy.mounts.values()] : hierarchy ? [hierarchy.mount] : [];
    return [...new Set(mounts.map(({ point }) => `${point}/${group}`))];
}

/** What is missing for machines, one clause for each thing, and how to go on. */
export function groupProblems(kernel: KernelGroups): string[] {
    const hierarchy = hierarchyOf(kernel.mountinfo);
    if (hierarchy === undefined) {
        return ["no control groups are mounted (mount -t cgroup2 none /sys/fs/cgroup)"];
    }
    return hierarchy.version === 1
        ? problemsOfVersion1(hierarchy.mounts, kernel)
        : problemsOfVersion2(hierarchy.mount, kernel);
}

function problemsOfVersion1(mounts: ReadonlyMap<string, Mount>, { cgroups }: KernelGroups): string[] {
    const lost = Object.entries(CONTROLLERS_OF_VERSION_1)
        .filter(([controller]) => !mounts.has(controller))
        .map(([controller, option]) => {
            const mount = `is not mounted (mount -t cgroup -o ${controller} cgroup /sys/fs/cgroup/${controller})`;
            return lostController(controller, inKernel(cgroups, controller, option) ?? mount);
        });
    return [...lost, ...readOnly([...mounts.values()])];
}

function problemsOfVersion2(mount: Mount, { cgroups, top }: KernelGroups): string[] {
    const [offered = [], passedOn = [], processes = []] = [top?.controllers, top?.passedOn, top?.processes].map(words);
    const nested = top?.nested ?? false;
    const lost = Object.entries(CONTROLLERS)
        .filter(([controller]) => !offered.includes(controller))
        .map(([controller, option]) => {
            const not = nested
                ? "is not delegated to this container or scope (systemd: Delegate=yes; containers: --privileged --cgroupns=private)"
                : `is not in this kernel (${option}=y)`;
            return lostController(controller, inKernel(cgroups, controller, option) ?? not);
        });
    const mustPassOn = PASSED_ON.some((controller) => offered.includes(controller) && !passedOn.includes(controller));
    // The kernel's own top is the only group that may have both processes and groups with controllers.
    const inTheWay = nested && mustPassOn && processes.length > 0 && !mount.readOnly;
    const { point } = mount;
    const way = `processes live in ${point} itself, which can then pass on no controllers (mkdir ${point}/init && xargs -rn1 < ${point}/cgroup.procs > ${point}/init/cgroup.procs)`;
    return [...lost, ...readOnly([mount]), ...(inTheWay ? [way] : [])];
}

function lostController(controller: string, why: string): string {
    return `the controller ${controller} of control groups ${why}`;
}

/** Why a controller is not available; undefined where /proc/cgroups says that it could be. */
function inKernel(cgroups: string, controller: string, option: string): string | undefined {
    const rows = cgroups.split("\n").map(words);
    const row = rows.find(([name]) => name === controller);
    if (row === undefined) {
        // In a kernel without version 1 the file is incomplete.
        return cgroups === "" ? undefined : `is not in this kernel (${option}=y)`;
    }
    const [, hierarchy, , enabled] = row;
    if (enabled === "0") {
        return `is switched off (take cgroup_disable=${controller} off the kernel's command line)`;
    }
    return hierarchy === "0"
        ? undefined
        : "is in use by version 1 elsewhere (start the kernel with cgroup_no_v1=all, or on version 1 alone)";
}

function readOnly(mounts: readonly Mount[]): string[] {
    return mounts
        .filter((mount) => mount.readOnly)
        .map(({ point }) => `${point} is mounted read-only (mount -o remount,rw ${point}; containers: --privileged)`);
}

function words(text = ""): string[] {
    return text.split(/\s+/).filter((word) => word !== "");
}
