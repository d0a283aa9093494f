/**
 * Luxembourg runs for fifteen days without Tallinn. The machine's clock is moved forward for all of the site's processes, because no
 * library can change the time that programs in Go see. It is moved back after the tests of this file.
 */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SitePaths } from "../../../lab/paths";
import { storeOf } from "../../../restore/source";
import type { Visit } from "../../../start/edge";
import { moveClock, whyNot } from "../../support/clock";
import { Home, type Outcome, must } from "../../support/home";
import { describeNodes, why } from "../../lab/nodes/fixture";

const MINUTES = 60_000;
jest.setTimeout(25 * MINUTES);

const DAYS = 15;
const DAYS_MS = DAYS * 24 * 60 * MINUTES;
/** Days that a certificate is valid. It is renewed 30 days before its end, which is on the fourteenth day. */
const LEAF_DAYS = "44";
const SITE = "luxembourg";
const NAMESPACE = "--namespace=registry-population";

interface Certificate {
    readonly metadata: { readonly namespace: string; readonly name: string };
    readonly status?: { readonly notBefore?: string };
}

const describeAlone = whyNot === "" ? describeNodes : describe.skip;

describeAlone(`Luxembourg, fifteen days alone${why}${whyNot}`, () => {
    let home: Home;
    let moveBack = (): Promise<void> => Promise.resolve();
    /** The time just after the clock was moved, in milliseconds of the moved clock. */
    let moved: number;

    beforeAll(() => {
        home = new Home("alone", "cache", "images").only("population");
        must(home.lab("up", "tallinn", SITE, "--nodes", "real"));
        home.up("tallinn");
        home.up(SITE, { leafDays: LEAF_DAYS });
        must(home.data("load", "--site", "tallinn", "--people", "3000"));
        // These writes last until Tallinn holds a lease from Luxembourg. If it never held one, Luxembourg could not tell whether Tallinn still writes.
        must(home.data("write", "--site", "tallinn", "--rate", "20", "--for", "20s"));
        must(home.data("lag", "--site", SITE));
        must(home.lab("cut"));
        must(home.lab("down", "tallinn"));
        home.declare(SITE, { leafDays: LEAF_DAYS, role: "primary" }, "--accept-loss");
        moveBack = moveClock(DAYS);
        moved = Date.now();
    });
    afterAll(async () => {
        home.restore("--remove");
        home.remove();
        await moveBack();
    });

    async function until(holds: () => boolean, minutes = 10): Promise<boolean> {
        // performance.now() does not depend on the clock, which is moved.
        const deadline = performance.now() + minutes * MINUTES;
        while (performance.now() < deadline) {
            if (holds()) {
                return true;
            }
            await sleep(2_000);
        }
        return false;
    }

    /** Certificates that began before the clock was moved. */
    function old(): string[] {
        const { code, stdout } = home.kubectl(SITE, "get", "certificates", "--all-namespaces", "-o", "json");
        const { items } = (code === 0 ? JSON.parse(stdout) : { items: [] }) as { items: Certificate[] };
        return items.length === 0
            ? ["none can be seen"]
            : items
                  .filter(({ status }) => Date.parse(status?.notBefore ?? "") < moved - DAYS_MS / 2)
                  .map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
    }

    it("renews all certificates of services, which are due meanwhile", async () => {
        expect(old()).not.toEqual([]);
        // cert-manager's timers follow the machine's uptime, which cannot be moved, so cert-manager is restarted.
        await until(() => home.kubectl(SITE, "delete", "pod", "--all", "--namespace=cert-manager").code === 0);
        await until(() => old().length === 0);
        expect(old()).toEqual([]);
    });

    it("serves: what is written is kept, and an ally is told what the registry says", async () => {
        expect(await until(() => home.data("write", "--site", SITE, "--rate", "20", "--for", "2s").code === 0)).toBe(
            true,
        );
        const ask = (): Outcome => home.lab("edge", SITE, "--registry", "population", "--json");
        await until(() => ask().code === 0);
        const visits = JSON.parse(must(ask()).stdout) as Visit[];
        expect(visits.map(({ who, asExpected }) => [who, asExpected])).toContainEqual(["FI-1", true]);
    });

    it("stores versions of the day in its own store, though the other one is gone", async () => {
        const day = new Date(moved).toISOString().slice(0, 10).replaceAll("-", "");
        const later = ["create", "job", "later", NAMESPACE, "--from=cronjob/store-diff"];
        await until(() => home.kubectl(SITE, ...later).code === 0);
        const folder = await storeOf(new SitePaths(home.path, SITE)).bucket("population");
        const versions = (): string[] =>
            readdirSync(join(folder, "backup", "population")).filter((label) => /^[0-9]{8}-[0-9]{6}F/.test(label));
        const ofTheDay = (): boolean =>
            versions().some(
                (label) =>
                    label.includes(`${day}-`) &&
                    existsSync(join(folder, "backup", "population", label, "backup.manifest")),
            );
        const said = ["logs", NAMESPACE, "--selector=app.kubernetes.io/name=store-version", "--prefix", "--tail=40"];
        expect((await until(ofTheDay)) ? "stored" : home.kubectl(SITE, ...said).output).toBe("stored");
    });

    it("is restored as it was then, out of that store", async () => {
        must(home.data("write", "--site", SITE, "--rate", "20", "--for", "2s"));
        const file = join(home.path, "then.json");
        writeFileSync(file, must(home.data("digest", "--site", SITE, "--json")).stdout);
        const at = new Date().toISOString();
        await sleep(1_000);
        must(home.data("write", "--site", SITE, "--rate", "5", "--for", "1s"));
        // A segment is closed after a minute, and the store that does not answer takes as long again: docs/decisions/registries.md.
        await sleep(2.5 * MINUTES);
        must(home.lab("down", SITE));
        expect(home.restore("--from", SITE, "--at", at, "--expect", file)).toMatchObject({ code: 0 });
    });
});
