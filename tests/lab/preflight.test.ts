import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openSite } from "../../lab/options";
import type { SitePaths } from "../../lab/paths";
import { POSTGRES_MAJOR } from "../../infra/conventions/postgres";
import { refuseFullDisk, refuseLostKey, refuseOtherPostgres } from "../../lab/preflight";

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

describe("a registry's data", () => {
    const home = mkdtempSync(join(tmpdir(), "data-"));
    const site = openSite("narva", { home });
    afterAll(() => rmSync(home, { recursive: true }));
    const disk = join(site.paths.machine("machine-a"), "var", "embassy", "registry", "0");
    const holds = (...folders: string[]): void => {
        rmSync(home, { recursive: true });
        [disk, ...folders.map((each) => join(disk, each))].forEach((each) => mkdirSync(each, { recursive: true }));
    };

    it.each([
        ["none", []],
        ["what this release made", [`${POSTGRES_MAJOR}/data`, "spool"]],
        ["an upgraded one beside its former", ["15/data", `${POSTGRES_MAJOR}/data`]],
        ["a store's", ["buckets/registry-land/archive"]],
    ])("is let be: %s", async (_, folders) => {
        holds(...folders);
        await expect(refuseOtherPostgres(site)).resolves.toBeUndefined();
    });

    it("of another major version of Postgres is refused by name, and stays", async () => {
        holds("15/data");
        await expect(refuseOtherPostgres(site)).rejects.toThrow(
            `A registry of narva holds data of Postgres 15, this release runs ${POSTGRES_MAJOR}, which cannot open it: ${disk}. Nothing was changed.`,
        );
        expect(existsSync(join(disk, "15", "data"))).toBe(true);
    });
});
