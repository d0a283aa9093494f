/**
 * The script that opens a machine's disks runs as it is declared, in a root of its own, with stand-ins for what needs a kernel with dm-crypt:
 * they write down what they are asked, and keep what a disk would. It never makes an encrypted disk of one that has something else on it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { diskScript } from "../../../../infra/cluster/machines/encrypted-disks";

const isRoot = process.getuid?.() === 0;
const script = diskScript({
    controlPlane: ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"],
    systemDisk: "/dev/nvme0n1",
    storageClass: "embassy-local",
});

/** What is on a disk is in the file of its name: nothing, `luks LABEL`, or anything else. What an open one holds is in `mapper`. */
const STAND_INS: Readonly<Record<string, string>> = {
    "systemd-ask-password": "echo asked >> /log; printf secret",
    swapoff: 'echo "swapoff $*" >> /log',
    lsblk: "for disk in nvme0n1 sda sdb; do echo /dev/$disk disk; done; echo /dev/sr0 rom",
    wipefs: 'for last; do :; done; cat "$last"',
    blkid: 'for last; do :; done; sed -n "s/^luks //p" "$last"',
    cryptsetup: `
for last; do :; done
case $1 in
    isLuks) grep -q "^luks " "$last";;
    luksFormat) label=$(echo "$*" | sed "s/.*--label \\([^ ]*\\).*/\\1/"); [ "$(cat)" = secret ]; echo "luks $label" > "$last"; echo "format $last $label" >> /log;;
    open) [ "$(cat)" = secret ]; touch "/dev/mapper/$last"; echo "open $last by key" >> /log;;
esac`,
    clevis: `
case $2 in
    unlock) [ -e /tang ] && [ -e "/bound$4" ] || exit 1; touch "/dev/mapper/$6"; echo "open $6 by the others" >> /log;;
    list) [ -e "/bound$4" ] && echo sss || :;;
    bind) [ -e /tang ] || exit 1; [ "$(cat)" = secret ]; mkdir -p "/bound$7"; echo "$*" > /pins;;
esac`,
    "mkfs.ext4": 'for last; do :; done; echo ext4 > "$last"; echo "mkfs $last" >> /log',
    mountpoint: 'grep -qxF "$2" /mounted',
    mount: 'for last; do :; done; echo "$last" >> /mounted',
    hostname: "echo a1-1",
};

(isRoot ? describe : describe.skip)("a machine's disks", () => {
    let root: string;
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "disks-"));
        ["usr", "dev/mapper", "dev/disk/by-partlabel", "stand-ins", "run", "tmp"].forEach((folder) =>
            mkdirSync(join(root, folder), { recursive: true }),
        );
        ["bin", "lib", "lib64"].forEach((name) => execFileSync("ln", ["-s", `usr/${name}`, join(root, name)]));
        for (const [name, text] of Object.entries(STAND_INS)) {
            write(`stand-ins/${name}`, `#!/bin/bash\n${text}\n`);
            chmodSync(join(root, "stand-ins", name), 0o755);
        }
        [
            "dev/nvme0n1",
            "dev/null",
            "dev/sda",
            "dev/sdb",
            "dev/sr0",
            "dev/disk/by-partlabel/embassy-system",
            "mounted",
            "log",
        ].forEach((file) => write(file, ""));
        write("script", script);
        write("etc/kubernetes/encryption.yaml", "key");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    function write(file: string, text: string): void {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
    }
    function read(file: string): string {
        return readFileSync(join(root, file), "utf8");
    }

    /** A start of the machine, with nothing of the host but its programs, which it cannot change. @returns what was done */
    function start(): { code: number | null; said: string; log: string[] } {
        ["log", "mounted"].forEach((file) => write(file, ""));
        readdirSync(join(root, "dev", "mapper")).forEach((name) => rmSync(join(root, "dev", "mapper", name)));
        const { status, stderr } = spawnSync(
            "unshare",
            [
                "--mount",
                "sh",
                "-c",
                'mount --bind /usr "$0/usr" && mount -o remount,ro,bind "$0/usr" && exec chroot "$0" /bin/bash /script < /dev/null',
                root,
            ],
            { encoding: "utf8", env: { PATH: "/stand-ins:/usr/sbin:/usr/bin:/sbin:/bin" } },
        );
        return { code: status, said: stderr, log: read("log").split("\n").filter(Boolean) };
    }

    it("are made and opened with the machine's key at its first start, and what was written before moves onto them", () => {
        const { code, said, log } = start();
        expect([code, said]).toEqual([0, expect.stringContaining("is not bound to the other machines yet")]);
        expect(log).toEqual([
            "swapoff --all",
            "asked",
            "format /dev/disk/by-partlabel/embassy-system embassy-system",
            "open embassy-system by key",
            "mkfs /dev/mapper/embassy-system",
            "format /dev/sda embassy-0",
            "open embassy-0 by key",
            "mkfs /dev/mapper/embassy-0",
            "format /dev/sdb embassy-1",
            "open embassy-1 by key",
            "mkfs /dev/mapper/embassy-1",
        ]);
        expect(readdirSync(join(root, "etc", "kubernetes"))).toEqual([]);
        expect(read("run/embassy-system/etc/kubernetes/encryption.yaml")).toBe("key");
        const mounted = read("mounted").split("\n");
        expect(mounted).toEqual(
            expect.arrayContaining([
                "/var/lib/etcd",
                "/var/lib/containerd",
                "/var/lib/kubelet",
                "/etc/kubernetes",
                "/var/log",
            ]),
        );
        expect(mounted).toEqual(
            expect.arrayContaining(["/var/lib/embassy/embassy-local/0", "/var/lib/embassy/embassy-local/1"]),
        );
    });

    it("are opened by a majority of the control plane's machines from then on, and by the key where those are off", () => {
        write("tang", "");
        start();
        expect(read("pins")).toContain('"t":3');
        const again = start().log;
        expect(again.filter((line) => !line.startsWith("mkfs"))).toEqual([
            "swapoff --all",
            "open embassy-system by the others",
            "open embassy-0 by the others",
            "open embassy-1 by the others",
        ]);
        rmSync(join(root, "tang"));
        expect(start().log).toEqual(expect.arrayContaining(["asked", "open embassy-0 by key"]));
    });

    it("keep their numbers, and a new one takes that which is free", () => {
        start();
        write("dev/sda", "");
        write("dev/sdb", "luks embassy-0\n");
        expect(start().log).toContain("format /dev/sda embassy-1");
    });

    it("are left alone where something else is on one, and the machine says so instead of starting", () => {
        write("dev/sdb", "xfs\n");
        const { code, said, log } = start();
        expect([code, said]).toEqual([1, expect.stringContaining("/dev/sdb is not encrypted, and not empty")]);
        expect(log.join("\n")).not.toContain("format /dev/sdb");
        expect(read("dev/sdb")).toBe("xfs\n");
    });

    it("do not come up where the image has no partition for them", () => {
        rmSync(join(root, "dev/disk/by-partlabel/embassy-system"));
        expect(start()).toMatchObject({
            code: 1,
            said: expect.stringContaining("no partition embassy-system") as string,
        });
        expect(existsSync(join(root, "etc/kubernetes/encryption.yaml"))).toBe(true);
    });
});
