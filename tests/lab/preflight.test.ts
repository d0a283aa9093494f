import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openSite } from "../../lab/options";
import type { SitePaths } from "../../lab/paths";
import { refuseFullDisk, refuseLostKey } from "../../lab/preflight";

describe("the disk of a site", () => {
    let directory: string;
    beforeAll(() => {
        directory = mkdtempSync(join(tmpdir(), "disk-"));
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    it("is taken where it has room for the site and its data", async () => {
        await expect(refuseFullDisk(directory, 1)).resolves.toBeUndefined();
    });

    it("is refused where it has not, with what is there and what is needed", async () => {
        const exbibyte = 2 ** 60;
        await expect(refuseFullDisk(directory, exbibyte)).rejects.toThrow(
            new RegExp(
                `Only \\d+ MiB are free on the disk of ${directory}, and a site needs ${2 ** 40 + 512} MiB with its data`,
            ),
        );
    });
});

describe("what a site is known by", () => {
    const home = mkdtempSync(join(tmpdir(), "site-"));
    const site = openSite("narva", { home });
    const { paths } = site;
    afterAll(() => rmSync(home, { recursive: true }));

    it("is made where the site is new", async () => {
        await expect(refuseLostKey(site)).resolves.toBeUndefined();
    });

    it.each<[string, (paths: SitePaths) => string]>([
        ["the key of its Secrets", ({ encryption }) => encryption],
        ["what it was founded with", ({ foundation }) => foundation],
        ["its authority", (of) => of.pem("ca")],
        ["the key of its tokens", (of) => of.pem("service-account")],
        ["its store", ({ etcdData }) => join(etcdData, "member")],
    ])("is refused where it is lost: %s", async (_, lost) => {
        for (const file of [
            paths.encryption,
            paths.foundation,
            paths.pem("ca"),
            paths.pem("service-account"),
            paths.auditLog,
        ]) {
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, "kept");
        }
        mkdirSync(join(paths.etcdData, "member"), { recursive: true });
        await expect(refuseLostKey(site)).resolves.toBeUndefined();
        renameSync(lost(paths), `${lost(paths)}.aside`);
        await expect(refuseLostKey(site)).rejects.toThrow(/is gone or empty.*Put it back, or begin anew/);
        renameSync(`${lost(paths)}.aside`, lost(paths));
    });
});
