/**
 * How the disks of a machine are encrypted (LUKS2), and who opens them: docs/cold-start.md. Pure.
 *
 * A machine opens its disks by asking the control plane's other machines (Tang, https://github.com/latchset/tang), of which a majority must
 * answer. So one that is switched off and on needs nobody, and one that is taken out of its room, or a whole site that is off, opens nothing:
 * that takes the machine's key (infra/keys/disk-key.ts), which a quorum of custodians has.
 */
import { DISKS } from "../../storage/local-disks";

/** Port of Tang on each machine of the control plane. */
export const TANG_PORT = 7500;

/** What a machine keeps on its system disk that tells something; all of it is on the encrypted partition there. */
const KEPT = [
    "/etc/kubernetes",
    "/var/lib/cloud",
    "/var/lib/containerd",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/lib/tang",
    "/var/log",
];
const SCRIPT = "/usr/local/sbin/embassy-disks";
const UNIT = "embassy-disks.service";

export interface EncryptedDisks {
    /** IPv4 addresses of the control plane's machines. */
    readonly controlPlane: readonly string[];
    /** Device of the machine's image. Its partition `embassy-system` is encrypted, and so are all other disks. */
    readonly systemDisk: string;
    /** StorageClass of the other disks. */
    readonly storageClass: string;
}

interface File {
    readonly path: string;
    readonly owner: string;
    readonly permissions: string;
    readonly content: string;
}

/** Files of every machine, and the commands that come before all others, because these write what must not lie in the clear. */
export function encryptedDisks(disks: EncryptedDisks): {
    readonly files: readonly File[];
    readonly commands: string[];
} {
    const file = (path: string, permissions: string, content: string): File => {
        return { path, owner: "root:root", permissions, content };
    };
    return {
        files: [file(SCRIPT, "0700", diskScript(disks)), file(`/etc/systemd/system/${UNIT}`, "0644", unit)],
        commands: ["systemctl daemon-reload", `systemctl enable --now ${UNIT}`],
    };
}

/** The same for what a machine of the control plane has in addition, by which the others open their disks. */
export function diskServer(): { readonly files: readonly File[]; readonly commands: string[] } {
    const path = "/etc/systemd/system/tangd.socket.d/port.conf";
    const content = `[Unit]\nRequires=${UNIT}\nAfter=${UNIT}\n[Socket]\nListenStream=\nListenStream=${TANG_PORT}\n`;
    return {
        files: [{ path, owner: "root:root", permissions: "0644", content }],
        commands: ["systemctl enable --now tangd.socket"],
    };
}

/** Neither the container runtime nor the kubelet starts before the disks are open. */
const unit = `[Unit]
Description=Encrypted disks
After=network-online.target
Wants=network-online.target
Before=containerd.service kubelet.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${SCRIPT}
[Install]
RequiredBy=containerd.service kubelet.service
`;

/** How many of `count` machines are more than half of them. */
function majority(count: number): number {
    return Math.floor(count / 2) + 1;
}

/** https://manpages.debian.org/stable/clevis-luks/clevis-luks-bind.1.en.html, and clevis-encrypt-sss for the threshold. */
export function diskScript({ controlPlane, systemDisk, storageClass }: EncryptedDisks): string {
    const tang = controlPlane.map((address) => ({ url: `http://${address}:${TANG_PORT}` }));
    const pins = JSON.stringify({ t: majority(controlPlane.length), pins: { tang } });
    return `#!/bin/bash
# Opens this machine's encrypted disks, and makes them of empty ones. It never touches a disk that has something else on it.
set -euo pipefail
pins='${pins}'
system=${systemDisk}
partition=/dev/disk/by-partlabel/embassy-system

fail() { echo "$*" >&2; exit 1; }
need_key() {
    [ -n "\${key:-}" ] || key=$(systemd-ask-password --timeout=0 "Disk key of $(hostname), from npm run keys -- disks")
}
# DEVICE LABEL
make() {
    [ -z "$(wipefs --noheadings --no-act "$1")" ] || fail "$1 is not encrypted, and not empty: look what it is, and wipe it, or take it out."
    need_key
    printf %s "$key" | cryptsetup luksFormat --batch-mode --type luks2 --label "$2" --key-file - "$1"
}
# DEVICE LABEL FOLDER
use() {
    if [ ! -e "/dev/mapper/$2" ] && ! clevis luks unlock -d "$1" -n "$2"; then
        need_key
        printf %s "$key" | cryptsetup open --type luks2 --key-file - "$1" "$2"
    fi
    if [ -z "$(clevis luks list -d "$1")" ]; then
        need_key
        # Too few others may run yet. Then this machine is asked for its key once more, at its next start.
        printf %s "$key" | clevis luks bind -y -k - -d "$1" sss "$pins" || echo "$1 is not bound to the other machines yet." >&2
    fi
    [ -n "$(wipefs --noheadings --no-act "/dev/mapper/$2")" ] || mkfs.ext4 -q "/dev/mapper/$2"
    mkdir -p "$3"
    mountpoint -q "$3" || mount "/dev/mapper/$2" "$3"
}
label() { blkid --probe --match-tag LABEL --output value "$1" || :; }

# What is in memory must not be written anywhere.
swapoff --all
[ -e "$partition" ] || fail "The machine's image has no partition embassy-system on $system: its system disk cannot be encrypted."
cryptsetup isLuks --type luks2 "$partition" || make "$partition" embassy-system
use "$partition" embassy-system /run/embassy-system
for folder in ${KEPT.join(" ")}; do
    kept=/run/embassy-system$folder
    mkdir -p "$folder" "$kept"
    if ! mountpoint -q "$folder"; then
        # What was written before the disk was open moves there.
        cp --archive --no-clobber "$folder/." "$kept/"
        find "$folder" -mindepth 1 -delete
        mount --bind "$kept" "$folder"
    fi
done

disks=$(lsblk --nodeps --noheadings --paths --output NAME,TYPE | sed -n 's/ *disk$//p' | grep -vxF "$(readlink -f "$system")" | sort || :)
taken=$(for disk in $disks; do label "$disk"; done)
number=0
for disk in $disks; do
    if ! cryptsetup isLuks --type luks2 "$disk"; then
        # A disk keeps its number, by which volumes know it.
        while grep -qx "embassy-$number" <<< "$taken"; do number=$((number + 1)); done
        make "$disk" "embassy-$number"
        number=$((number + 1))
    fi
    name=$(label "$disk")
    use "$disk" "$name" "${DISKS}/${storageClass}/\${name#embassy-}"
done
`;
}
