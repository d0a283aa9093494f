import { missingPrograms } from "../../../lab/nodes/host";
import { kernelProblems } from "../../../lab/nodes/kernel";

const WHOLE = [
    ...["UTS_NS", "IPC_NS", "PID_NS", "NET_NS", "SECCOMP_FILTER", "BPF_SYSCALL", "CGROUP_BPF", "NET_CLS_ACT"].map(
        (option) => `CONFIG_${option}=y`,
    ),
    // These are modules in Debian's kernel for clouds.
    ...["OVERLAY_FS", "BRIDGE", "VETH", "TUN", "NF_TABLES", "NFT_NAT", "NET_CLS_BPF", "NET_SCH_INGRESS"].map(
        (option) => `CONFIG_${option}=m`,
    ),
].join("\n");

describe("a host's kernel", () => {
    it("lacks nothing where each option is built in or a module", () => {
        expect(kernelProblems(WHOLE)).toEqual([]);
    });

    it("is named with each option that it is built without", () => {
        const poor = WHOLE.replace("CONFIG_VETH=m", "# CONFIG_VETH is not set").replace("CONFIG_CGROUP_BPF=y\n", "");
        expect(kernelProblems(poor)).toEqual([
            "this kernel is built without CONFIG_VETH (a machine's plug in it)",
            "this kernel is built without CONFIG_CGROUP_BPF (the devices of a container)",
        ]);
    });

    it("is taken as whole where it does not tell how it was built", () => {
        expect(kernelProblems(undefined)).toEqual([]);
    });
});

describe("a host's programs", () => {
    it("lack nothing where each is in one folder or another", () => {
        expect(missingPrograms(["/usr/sbin", "/usr/bin"], (file) => file.startsWith("/usr/bin/"))).toEqual([]);
    });

    it("are named with the package of Debian, Fedora and Arch that brings them", () => {
        const missing = missingPrograms(["/usr/bin"], (file) => !/nsenter|awk/.test(file));
        expect(missing).toEqual([
            "nsenter is missing (package util-linux in Debian, Fedora and Arch)",
            "awk is missing (package mawk in Debian, gawk in Fedora and Arch)",
        ]);
    });
});
