/** The keys of machines' encrypted disks follow from the root's key, and each machine has its own. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDiskKeys } from "../../custody/disk-keys";
import { diskKey } from "../../infra/keys/disk-key";
import { parseConfig } from "../../infra/site/config";
import { stackValues } from "../support/stacks";

const pem = (): string =>
    generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ type: "sec1", format: "pem" }) as string;
const root = pem();

it("are another for each site, machine and root, and the same whatever follows the root's key in its file", () => {
    const certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    const key = diskKey("luxembourg", "a1-1", root);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(diskKey("luxembourg", "a1-1", root + certificate)).toBe(key);
    const others = [
        diskKey("tallinn", "a1-1", root),
        diskKey("luxembourg", "a1-2", root),
        diskKey("luxembourg", "a1-1", pem()),
    ];
    expect(new Set([key, ...others]).size).toBe(4);
});

it("are written once, a line for each machine, for their owner alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "disk-keys-"));
    try {
        const [file, config] = [join(folder, "disks.txt"), parseConfig("luxembourg", stackValues("luxembourg"))];
        const hosts = await writeDiskKeys(file, config, root);
        expect(hosts).toEqual(expect.arrayContaining(["a1-1", "c1-1"]));
        expect(readFileSync(file, "utf8")).toContain(`a1-1 ${diskKey("luxembourg", "a1-1", root)}\n`);
        expect(statSync(file).mode & 0o077).toBe(0);
        await expect(writeDiskKeys(file, config, root)).rejects.toThrow("is there already, and is not written over");
    } finally {
        rmSync(folder, { recursive: true });
    }
});
