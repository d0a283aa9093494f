/** OpenSSL and OpenSSH check results independently. They get keys by standard input or in files of mode 0600. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function openssl(args: readonly string[], input: string): string {
    return execFileSync("openssl", args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
}

/** OpenSSL's description of a certificate in one line, because versions of OpenSSL differ in white space. */
export function certificateText(pem: string): string {
    return openssl(["x509", "-noout", "-text"], pem).replaceAll(/\s+/g, " ");
}

/** The answer of `openssl verify` for a leaf if only `root` is trusted. */
export function verify(root: string, intermediates: readonly string[], leaf: string): string {
    return withFiles({ root, intermediates: intermediates.join(""), leaf }, (path) => {
        const chain = intermediates.length > 0 ? ["-untrusted", path("intermediates")] : [];
        const { stdout, stderr } = spawnSync(
            "openssl",
            ["verify", "-x509_strict", "-CAfile", path("root"), ...chain, path("leaf")],
            { encoding: "utf8" },
        );
        return (stdout + stderr).replaceAll(path("leaf"), "leaf");
    });
}

export function sshKeygen(args: readonly string[], key: string): string {
    return withFiles({ key }, (path) => execFileSync("ssh-keygen", [...args, "-f", path("key")], { encoding: "utf8" }));
}

function withFiles<T>(files: Record<string, string>, use: (path: (name: string) => string) => T): T {
    const folder = mkdtempSync(join(tmpdir(), "embassy-tls-"));
    const path = (name: string): string => join(folder, name);
    try {
        for (const [name, content] of Object.entries(files)) {
            writeFileSync(path(name), content, { mode: 0o600 });
        }
        return use(path);
    } finally {
        rmSync(folder, { recursive: true });
    }
}
