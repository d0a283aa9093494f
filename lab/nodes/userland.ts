/** What every machine of the lab has installed: Debian's packages in a folder that the machines share and none writes to. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { POSTGRES_PACKAGE } from "../../infra/conventions/postgres";
import { digest } from "../../toolchain/build/stamp";
import { fetchPackages } from "../../toolchain/debian/packages";
import { unpack } from "../../toolchain/debian/unpack";
import { withLock } from "../../command-line/lock.js";
import { readIfThere } from "../../command-line/files";
import { labDirectory } from "../paths";

const PACKAGES = [
    // The container runtime, what it starts containers with, and what plugs them in.
    "containerd",
    "runc",
    "containernetworking-plugins",
    // Cilium's agent compiles its programs for the kernel.
    "clang-19",
    // kube-proxy's and the agent's tools.
    "nftables",
    "iptables",
    "iproute2",
    "kmod",
    // The links to other sites.
    "python3",
    // Looks into backups: restore/look.ts.
    "pgbackrest",
    // Init, and what a person needs who looks inside.
    "runit",
    "bash",
    "coreutils",
    "util-linux",
    "mount",
    "procps",
];

/** Reads WAL, with nothing but what is there (restore/transactions.ts): what else a server needs is left out. */
const SERVER = POSTGRES_PACKAGE;

/** What the packages leave to their scripts, and one for the agent, which calls no compiler of a certain release. */
const LINKS = {
    "bin/sh": "bash",
    "bin/clang": "clang-19",
    "sbin/iptables": "xtables-nft-multi",
    "sbin/iptables-save": "xtables-nft-multi",
    "var/run": "../run",
};

export function userlandFolder(home: string): string {
    return path.join(labDirectory(home), ".userland");
}

/** A file that changes when the userland does: machines that run on the old one are started again. */
export function stampOf(userland: string): string {
    return path.join(userland, ".packages");
}

/** @returns the folder, made where it is missing or was made of other packages */
export async function ensureUserland(home: string, report: (message: string) => void): Promise<string> {
    const folder = userlandFolder(home);
    const wanted = digest([], [__filename]);
    await withLock(path.join(labDirectory(home), ".locks", "userland"), async () => {
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
        // Where link.sh and services.sh put what they need from the host.
        for (const place of ["dev", "mnt", "proc", "srv"]) {
            mkdirSync(path.join(draft, place), { recursive: true });
        }
        writeFileSync(stampOf(draft), wanted);
        rmSync(folder, { recursive: true, force: true });
        renameSync(draft, folder);
    });
    return folder;
}
