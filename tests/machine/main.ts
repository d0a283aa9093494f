/**
 * `npm run test:machine` runs the whole embassy with one registry in a virtual machine with Debian's kernel, control groups of version 2
 * and systemd, whatever the host has. It is not a part of `npm test`, because every instruction is emulated, which takes hours.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runCommand } from "../../command-line/command";
import { embassyHome } from "../../command-line/paths";
import { buildToolchain } from "../../toolchain/build";
import { ensureImages } from "../../lab/nodes/registry";
import { type Disks, makeDisks } from "./disks";

/** Program → the package that contains it. */
const TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86 in Debian and Arch, qemu-system-x86-core in Fedora",
    mmdebstrap: "mmdebstrap in Debian and Fedora, from the AUR in Arch",
    mke2fs: "e2fsprogs",
    git: "git",
} as const;

/** The size of a common computer, on which `npm start` says that seven registries do not fit. */
const CORES = 2;
const MEMORY_MIB = 8192;

function missingTools(): string[] {
    const folders = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`.split(":");
    return Object.entries(TOOLS)
        .filter(([tool]) => !folders.some((folder) => existsSync(join(folder, tool))))
        .map(([tool, name]) => `${tool} (package ${name})`);
}

/**
 * The machine is emulated, because not every /dev/kvm can run Debian's kernel. Its clock counts one nanosecond for each instruction, and
 * stands still while the host does other things, so that the lab's deadlines mean the same on a busy host as on an idle one.
 */
function qemuArguments({ kernel, initrd, system, clone }: Disks, log: string): string[] {
    const disk = (file: string): string[] => ["-drive", `file=${file},if=virtio,format=raw,cache=unsafe`];
    const command = "root=/dev/vda rw console=ttyS0 systemd.getty_auto=no mitigations=off";
    return [
        ...["-machine", "q35", "-cpu", "max", "-smp", String(CORES), "-m", String(MEMORY_MIB)],
        ...["-accel", "tcg,thread=single,tb-size=1024", "-icount", "shift=0,sleep=on", "-rtc", "clock=vm"],
        ...["-kernel", kernel, "-initrd", initrd, "-append", command, ...disk(system), ...disk(clone)],
        ...["-nic", "none", "-display", "none", "-no-reboot", "-serial", `file:${log}`],
        ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
        ...["-chardev", "stdio,id=check,signal=off", "-device", "virtconsole,chardev=check"],
    ];
}

/** Boots the machine. @returns whether every step of check.sh has passed */
async function boot(disks: Disks, log: string): Promise<boolean> {
    const began = performance.now();
    const child = spawn("nice", ["-n", "15", "qemu-system-x86_64", ...qemuArguments(disks, log)], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    const passed: string[] = [];
    let failed = false;
    for await (const line of createInterface({ input: child.stdout })) {
        const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(6);
        process.stdout.write(`${seconds} s  ${line.trimEnd()}\n`);
        failed ||= line.startsWith("failed: ");
        if (line.startsWith("passed: ")) {
            passed.push(line);
        }
    }
    return !failed && passed.some((line) => line.includes("clean leaves nothing"));
}

async function main(): Promise<number> {
    const missing = missingTools();
    if (missing.length > 0 || process.arch !== "x64") {
        const why =
            missing.length > 0 ? `${missing.join(", ")} missing` : `the machine is x86-64, this host ${process.arch}`;
        process.stdout.write(`test:machine: skipped, ${why}\n`);
        return 0;
    }
    const say = (message: string): void => void process.stderr.write(`${message}\n`);
    await buildToolchain();
    await ensureImages(embassyHome, say);
    const folder = join(embassyHome, "machine");
    const disks = makeDisks(folder, say);
    const log = join(folder, "console.log");
    say(`starting it: ${CORES} cores, ${MEMORY_MIB / 1024} GiB, emulated, so that it takes hours. Its console: ${log}`);
    const passed = await boot(disks, log);
    process.stdout.write(passed ? "test:machine: passed\n" : `test:machine: failed, see ${log}\n`);
    return passed ? 0 : 1;
}

runCommand(main);
