import { folderOf, foldersOf, groupProblems, hierarchyOf } from "../../../lab/processes/hierarchy";

/** Lines of /proc/self/mountinfo from real hosts. */
const VERSION_1 = `25 1 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
31 23 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:11 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,nosuid,nodev,noexec,relatime shared:12 - cgroup cgroup rw,memory
36 31 0:33 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
37 31 0:34 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
38 31 0:35 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
`;
const HYBRID = `${VERSION_1}40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
`;
const VERSION_2 =
    "32 24 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";

const COUNTED = `#subsys_name	hierarchy	num_cgroups	enabled
cpuset	0	76	1
cpu	0	76	1
cpuacct	0	76	1
devices	0	76	1
freezer	0	76	1
memory	0	76	1
pids	0	76	1
`;
const SYSTEMD = {
    controllers: "cpuset cpu io memory hugetlb pids rdma misc\n",
    passedOn: "cpuset cpu io memory pids\n",
    nested: false,
    processes: "2\n3\n4\n",
};
/** Control groups under OpenRC, runit or a rescue system: no controller is passed on, and every process is at the top. */
const WITHOUT_SYSTEMD = { ...SYSTEMD, passedOn: "", processes: "1\n2\n3\n" };
const CONTAINER = { controllers: "cpuset cpu io memory pids", passedOn: "", nested: true, processes: "" };

describe("the control groups of a host", () => {
    it.each([
        ["version 1", VERSION_1, 1],
        ["hybrid: version 2 beside version 1, which has the controllers", HYBRID, 1],
        ["version 2", VERSION_2, 2],
    ])("are told apart: %s", (_, mountinfo, version) => {
        expect(hierarchyOf(mountinfo)?.version).toBe(version);
    });

    it("are none where none is mounted", () => {
        expect(hierarchyOf("25 1 0:21 / /proc rw - proc proc rw\n")).toBeUndefined();
        expect(groupProblems({ mountinfo: "", cgroups: COUNTED })).toEqual([
            expect.stringContaining("mount -t cgroup2"),
        ]);
    });

    it("have a folder for each controller on version 1, also where two share one, and one on version 2", () => {
        const [one, two] = [hierarchyOf(HYBRID), hierarchyOf(VERSION_2)];
        expect(folderOf(one, "cpuacct", "g")).toBe("/sys/fs/cgroup/cpu,cpuacct/g");
        expect(folderOf(one, "memory", "g")).toBe("/sys/fs/cgroup/memory/g");
        expect(foldersOf(one, "g")).toHaveLength(7);
        expect(folderOf(two, "memory", "g")).toBe("/sys/fs/cgroup/g");
        expect(foldersOf(two, "g")).toEqual(["/sys/fs/cgroup/g"]);
        expect(foldersOf(undefined, "g")).toEqual([]);
    });

    it("are the host's own where a later mount shows them again", () => {
        const copy = VERSION_2.replace("/sys/fs/cgroup", "/run/cilium/cgroupv2");
        expect(folderOf(hierarchyOf(VERSION_2 + copy), "cpu", "g")).toBe("/sys/fs/cgroup/g");
    });

    const used = COUNTED.replaceAll("\t0\t", "\t4\t");
    it.each([
        ["version 1", { mountinfo: VERSION_1, cgroups: used }],
        ["hybrid", { mountinfo: HYBRID, cgroups: used }],
        ["version 2 with systemd", { mountinfo: VERSION_2, cgroups: COUNTED, top: SYSTEMD }],
        ["version 2 without systemd", { mountinfo: VERSION_2, cgroups: COUNTED, top: WITHOUT_SYSTEMD }],
        ["version 2 of a kernel that no longer counts", { mountinfo: VERSION_2, cgroups: "", top: SYSTEMD }],
        ["a container whose group is empty at the top", { mountinfo: VERSION_2, cgroups: COUNTED, top: CONTAINER }],
        [
            "a container that passes on what machines need, with processes in a group below",
            { mountinfo: VERSION_2, cgroups: COUNTED, top: { ...CONTAINER, passedOn: "cpuset cpu memory pids" } },
        ],
    ])("lack nothing on a host with %s", (_, kernel) => {
        expect(groupProblems(kernel)).toEqual([]);
    });

    const without = (controller: string): string =>
        COUNTED.split("\n")
            .filter((line) => !line.startsWith(`${controller}\t`))
            .join("\n");
    const offering = (...controllers: string[]): typeof SYSTEMD => ({
        ...SYSTEMD,
        controllers: controllers.join(" "),
    });
    it.each([
        [
            "a kernel without cpuset",
            { mountinfo: VERSION_2, cgroups: without("cpuset"), top: offering("cpu", "memory", "pids") },
            ["the controller cpuset of control groups is not in this kernel (CONFIG_CPUSETS=y)"],
        ],
        [
            "a kernel of version 1 without cpuset",
            { mountinfo: VERSION_1.replace(/.*cpuset\n/, ""), cgroups: without("cpuset") },
            ["the controller cpuset of control groups is not in this kernel (CONFIG_CPUSETS=y)"],
        ],
        [
            "a kernel with memory switched off, as on a Raspberry Pi",
            {
                mountinfo: VERSION_2,
                cgroups: COUNTED.replace("memory\t0\t76\t1", "memory\t0\t76\t0"),
                top: offering("cpuset", "cpu", "pids"),
            },
            [expect.stringContaining("cgroup_disable=memory off the kernel's command line")],
        ],
        [
            "a controller that version 1 has taken, and nobody mounts",
            {
                mountinfo: VERSION_2,
                cgroups: COUNTED.replace("cpuset\t0", "cpuset\t3"),
                top: offering("cpu", "memory", "pids"),
            },
            [expect.stringContaining("cpuset of control groups is in use by version 1 elsewhere")],
        ],
        [
            "version 1 with a controller that is not mounted",
            { mountinfo: VERSION_1.replace(/.*pids\n/, ""), cgroups: COUNTED },
            [expect.stringContaining("mount -t cgroup -o pids cgroup /sys/fs/cgroup/pids")],
        ],
        [
            "a container to which no controller is delegated",
            { mountinfo: VERSION_2, cgroups: COUNTED, top: { ...CONTAINER, controllers: "" } },
            ["cpu", "cpuset", "memory", "pids"].map((each): unknown =>
                expect.stringContaining(`the controller ${each} of control groups is not delegated`),
            ),
        ],
        [
            "a scope of a user, which gets memory and pids alone",
            { mountinfo: VERSION_2, cgroups: COUNTED, top: { ...CONTAINER, controllers: "memory pids" } },
            [expect.stringContaining("Delegate=yes"), expect.stringContaining("cpuset")],
        ],
        [
            "a container whose processes are in the group that it begins with",
            { mountinfo: VERSION_2, cgroups: COUNTED, top: { ...CONTAINER, processes: "1\n7\n" } },
            [expect.stringContaining("mkdir /sys/fs/cgroup/init")],
        ],
        [
            "a container without the right to write",
            {
                mountinfo: VERSION_2.replace(" rw,nosuid", " ro,nosuid"),
                cgroups: COUNTED,
                top: { ...CONTAINER, processes: "1\n" },
            },
            ["/sys/fs/cgroup is mounted read-only (mount -o remount,rw /sys/fs/cgroup; containers: --privileged)"],
        ],
    ])("are refused with what is missing and how to go on: %s", (_, kernel, problems) => {
        expect(groupProblems(kernel)).toEqual(problems);
    });
});
