/** What machines need of the kernel in addition to control groups, by the names of its own configuration. Pure. */

/** Option → the part of the lab that uses it. */
const OPTIONS = {
    UTS_NS: "a machine's host name",
    IPC_NS: "a machine's processes",
    PID_NS: "a machine's processes",
    NET_NS: "a site's network",
    OVERLAY_FS: "a machine's and a container's files",
    SECCOMP_FILTER: "containers under the restricted profile",
    BRIDGE: "a site's network",
    VETH: "a machine's plug in it",
    TUN: "the link between two sites",
    NF_TABLES: "Services, as kube-proxy serves them",
    NFT_NAT: "Services, as kube-proxy serves them",
    BPF_SYSCALL: "network policies, as Cilium enforces them",
    CGROUP_BPF: "the devices of a container",
    NET_CLS_ACT: "network policies, as Cilium enforces them",
    NET_CLS_BPF: "network policies, as Cilium enforces them",
    NET_SCH_INGRESS: "network policies, as Cilium enforces them",
} as const;

/**
 * @param configuration lines `CONFIG_…=y`, `=m` or `# CONFIG_… is not set`; undefined where the host does not tell, and all count as set
 * @returns a clause for each option that is missing
 */
export function kernelProblems(configuration: string | undefined): string[] {
    if (configuration === undefined) {
        return [];
    }
    const set = new Set([...configuration.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map(([, option]) => option));
    return Object.entries(OPTIONS)
        .filter(([option]) => !set.has(option))
        .map(([option, use]) => `this kernel is built without CONFIG_${option} (${use})`);
}
