/** The packages that every machine of the lab has: Debian's, in a folder that the machines share and none of them writes to. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { POSTGRES_PACKAGE } from "../../infra/conventions/postgres";
import { digest } from "../../toolchain/build/stamp";
import { RELEASE, fetchPackages } from "../../toolchain/debian/packages";
import { unpack } from "../../toolchain/debian/unpack";
import { withLock } from "../../command-line/lock.js";
import { readIfThere } from "../../command-line/files";

const PACKAGES = [
    // The container runtime, the program that starts containers, and the plugins that connect them to the network.
    "containerd",
    "runc",
    "containernetworking-plugins",
    // Cilium's agent compiles its programs for the kernel.
    "clang-19",
    // Tools of kube-proxy and of the agent.
    "nftables",
    "iptables",
    "iproute2",
    "kmod",
    // The links to other sites run on Python.
    "python3",
    // restore/look.ts looks into backups with it.
    "pgbackrest",
    // Init, and the tools of a person who looks inside.
    "runit",
    "bash",
    "coreutils",
    "util-linux",
    "mount",
    "procps",
];

/** restore/transactions.ts reads WAL with this package's own files, so the other packages that a server needs are left out. */
const SERVER = POSTGRES_PACKAGE;

/** Links that the packages' scripts would make, and one for the agent, which calls clang without a release in its name. */
const LINKS = {
    "bin/sh": "bash",
    "bin/clang": "clang-19",
    "sbin/iptables": "xtables-nft-multi",
    "sbin/iptables-save": "xtables-nft-multi",
    "var/run": "../run",
};

/** It is beside the downloads that it is made of, and shared like them: unpacking it takes longer than starting a machine. */
export function userlandFolder(home: string): string {
    return path.join(home, "cache", "userland");
}

/** A file that changes with the userland: machines that run on the old one are started again. */
export function stampOf(userland: string): string {
    return path.join(userland, ".packages");
}

/** @returns the folder, which is made where it is missing or was made of other packages */
export async function ensureUserland(home: string, report: (message: string) => void): Promise<string> {
    const folder = userlandFolder(home);
    const wanted = digest([RELEASE, SERVER], [__filename]);
    await withLock(`${folder}.lock`, async () => {
        if ((await readIfThere(stampOf(folder))) === wanted) {
            return;
        }
        report("fetching the machines' Debian packages");
        const packages = await fetchPackages(PACKAGES, home);
        const server = (await fetchPackages([SERVER], home)).filter(({ name }) => name === SERVER);
        const draft = `${folder}.new`;
        await unpack([...packages, ...server], draft);
        for (const [link, target] of Object.entries(LINKS)) {
            rmSync(path.join(draft, link), { recursive: true, force: true });
            symlinkSync(target, path.join(draft, link));
        }
        writeFileSync(path.join(draft, "etc", "passwd"), "root:x:0:0:root:/root:/bin/bash\n");
        writeFileSync(path.join(draft, "etc", "group"), "root:x:0:\n");
        // link.sh and services.sh mount in these folders what they need from the host.
        for (const place of ["dev", "mnt", "proc", "srv"]) {
            mkdirSync(path.join(draft, place), { recursive: true });
        }
        writeFileSync(stampOf(draft), wanted);
        rmSync(folder, { recursive: true, force: true });
        renameSync(draft, folder);
    });
    return folder;
}
