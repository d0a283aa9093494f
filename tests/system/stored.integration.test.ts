/** Jobs that store versions, on real nodes, as they die: with their pod, their process, the network between, their store. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SitePaths } from "../../lab/paths";
import { storeOf } from "../../restore/source";
import type { SiteStatus } from "../../lab/status";
import { describeNodes, inContainer, processesIn, why } from "../lab/nodes/fixture";
import { Home, must } from "../support/home";

const MINUTES = 60_000;
jest.setTimeout(20 * MINUTES);

const REGISTRY = "population";
/** So many that a full is at it for some seconds, and can be interrupted. */
const PEOPLE = "100000";

const ALLOWED = "EMBASSY_KILL_JOBS";
const isAllowed = process.env[ALLOWED] === "true";
const notNow = isAllowed ? why : ` (skipped: takes a lab for twenty minutes; ${ALLOWED}=true allows it)`;

(isAllowed ? describeNodes : describe.skip)(`versions of a registry whose Jobs die${notNow}`, () => {
    const SITES = ["tallinn", "luxembourg"];
    const namespace = `--namespace=registry-${REGISTRY}`;
    let home: Home;

    beforeAll(() => {
        home = new Home("stored", "cache", "images").only(REGISTRY);
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        must(home.data("load", "--site", "tallinn", "--people", PEOPLE));
        ["own", "partner"].forEach((use) => complete(`store-first-${use}`));
    });
    afterAll(() => home.remove());

    /** In Tallinn, whose output is wanted. */
    function kubectl(...args: string[]): string {
        return must(home.kubectl("tallinn", ...args)).stdout.trim();
    }

    function begin(schedule: string, job: string): void {
        kubectl("create", "job", job, namespace, `--from=cronjob/${schedule}`);
    }

    /** By its own deadline it would have failed. */
    function complete(job: string): void {
        kubectl("wait", namespace, `job/${job}`, "--for=condition=complete", "--timeout=600s");
    }

    function pod(job: string): string {
        return kubectl("get", "pods", namespace, `--selector=job-name=${job}`, "-o", "name").split("\n")[0] ?? "";
    }

    function container(name: string): string {
        const id = 'jsonpath={.status.containerStatuses[?(@.name=="store")].containerID}';
        return kubectl("get", namespace, name, "-o", id);
    }

    /** The labels of what it stored, in its own site's store and in the partner's. */
    function storedBy(job: string): string[] {
        const log = kubectl("logs", namespace, `--selector=job-name=${job}`, "--tail=-1");
        return [...log.matchAll(/new backup label = (\S+)/g)].map(([, label = ""]) => label);
    }

    /** Labels of what a site's store has, by whether the list of its files is there: it is stored last. */
    async function inStore(site: string): Promise<{ finished: string[]; unfinished: string[] }> {
        const folder = join(await storeOf(new SitePaths(home.path, site)).bucket(REGISTRY), "backup", REGISTRY);
        const labels = readdirSync(folder).filter((label) => /^\d{8}-/.test(label));
        const has = (file: string) => (label: string) => readdirSync(join(folder, label)).includes(file);
        const [finished, begun] = ["backup.manifest", "pg_data"].map((file) => labels.filter(has(file))) as [
            string[],
            string[],
        ];
        return { finished, unfinished: begun.filter((label) => !finished.includes(label)) };
    }

    async function unfinished(): Promise<string[]> {
        return (await inStore("tallinn")).unfinished;
    }

    async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
        for (const deadline = Date.now() + 5 * MINUTES; Date.now() < deadline;) {
            if (await holds()) {
                return;
            }
            await sleep(200);
        }
        throw new Error(`not within five minutes: ${holds.toString()}`);
    }

    /** As pgBackRest finds them by the store, in the leader's pod. */
    async function filesOf(label: string): Promise<string[]> {
        const id = 'jsonpath={..containerStatuses[?(@.name=="database")].containerID}';
        const leader = kubectl("get", "pods", namespace, "--selector=role=master", "-o", id);
        const list = ["pgbackrest", "--config=/etc/embassy/repositories/own.conf", "repo-ls", "--recurse"];
        const found = JSON.parse(
            await inContainer(leader, [...list, "--output=json", `backup/${REGISTRY}`, "--log-level-console=off"]),
        ) as Record<string, { type: string }>;
        return Object.keys(found).filter((file) => file.startsWith(`${label}/`) && found[file]?.type === "file");
    }

    function status(): { code: number | null; output: string; site: SiteStatus | undefined } {
        const { code, output } = home.lab("status", "tallinn");
        const [site] = JSON.parse(home.lab("status", "tallinn", "--json").stdout) as SiteStatus[];
        return { code, output, site };
    }

    /** The leader's end of a backup, which has its lock. @throws Error where there is none */
    function holder(): number {
        const id = 'jsonpath={..containerStatuses[?(@.name=="repository")].containerID}';
        const servers = processesIn(kubectl("get", "pods", namespace, "--selector=role=master", "-o", id));
        const found = servers.find((pid) => open(pid).some((file) => file.endsWith("-backup.lock")));
        if (found === undefined) {
            throw new Error("nobody has the lock of a backup");
        }
        return found;
    }

    /** What a process has open: files, and sockets as `socket:[inode]`. */
    function open(pid: number): string[] {
        const folder = `/proc/${pid}/fd`;
        try {
            return readdirSync(folder).map((name) => readlinkSync(join(folder, name)));
        } catch {
            // It has ended meanwhile.
            return [];
        }
    }

    /** Whether something was sent to it that it has not read. */
    function isAsked(pid: number): boolean {
        const sockets = open(pid).flatMap((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1] ?? []);
        const lines = readFileSync(`/proc/${pid}/net/tcp`, "utf8").trim().split("\n").slice(1);
        return lines
            .map((line) => line.trim().split(/\s+/))
            .some(
                ([, , , , queues = "", , , , , inode = ""]) => sockets.includes(inode) && !queues.endsWith(":00000000"),
            );
    }

    function say(what: string, since: number): void {
        process.stdout.write(`${what}: ${Math.round((Date.now() - since) / 1000)} s\n`);
    }

    const force = ["--grace-period=0", "--force"];
    /** Nothing leaves the pod any more, no goodbye either. */
    function vanish(name: string): void {
        const [pid = 0] = processesIn(container(name));
        execFileSync("nsenter", [`--target=${pid}`, "--net", "ip", "link", "set", "eth0", "down"]);
        kubectl("delete", namespace, name, ...force);
    }
    const ends = {
        "its pod is deleted": (name) => kubectl("delete", namespace, name, ...force),
        "its process is killed": (name) => process.kill(processesIn(container(name))[0] ?? 0, "SIGKILL"),
        "its network is gone": vanish,
        // Which the kernel then sends again and again, and does not ask whether anybody is there.
        "its network is gone before an answer": async (name) => {
            const pid = holder();
            process.kill(pid, "SIGSTOP");
            await until(() => isAsked(pid));
            vanish(name);
            process.kill(pid, "SIGCONT");
        },
    } satisfies Record<string, (pod: string) => unknown>;

    it.each(Object.entries(ends))("are made at once where one is interrupted: %s", async (how, end) => {
        const [full, diff, verified] = ["full", "diff", "verify"].map(
            (kind) => `${kind}-${how.replaceAll(" ", "-")}`,
        ) as [string, string, string];
        const before = await unfinished();
        begin("store-full", full);
        await until(async () => (await unfinished()).length > before.length);
        await end(pod(full));
        const [left = ""] = (await unfinished()).filter((label) => !before.includes(label));
        const begun = Date.now();
        begin("store-diff", diff);
        await until(() => status().output.includes(`Job ${full} is tried again, as 1 of its pods failed`));
        expect(status()).toMatchObject({ code: 1, site: { ready: true } });

        complete(diff);
        say(`${how}: a differential`, begun);
        const [own = "", partner = ""] = storedBy(diff);
        // On nothing that was interrupted: a full in that store, unless the interrupted one's next try has already made one.
        expect([own, partner]).toEqual([expect.stringMatching(/[FD]$/), expect.stringMatching(/D$/)]);
        expect(own.slice(0, left.length)).not.toBe(left);
        complete(full);
        expect(await filesOf(left)).toEqual([]);
        begin("store-verify", verified);
        complete(verified);
        expect(status()).toMatchObject({ code: 0, site: { ready: true } });
    });

    it("are in the other store within minutes where the machine with the store is gone, and in its own once that is back", async () => {
        const machine = kubectl(
            "get",
            "pod",
            "object-store-0",
            "--namespace=object-store",
            "-o",
            "jsonpath={.spec.nodeName}",
        );
        const [before, there] = [await unfinished(), (await inStore("luxembourg")).finished];
        begin("store-full", "cut-short");
        await until(async () => (await unfinished()).length > before.length);
        must(home.lab("fail", `tallinn/node-${machine}`));
        const gone = Date.now();
        begin("store-diff", "meanwhile");
        await until(async () => (await inStore("luxembourg")).finished.length > there.length);
        say("in the other store, the machine being gone", gone);
        expect(status()).toMatchObject({ code: 1, site: { ready: false } });

        home.repair("tallinn", `node-${machine}`);
        const back = Date.now();
        complete("meanwhile");
        say("in its own, the machine being back", back);
        complete("cut-short");
        begin("store-verify", "whole");
        complete("whole");
        await until(() => status().code === 0);
    });

    it("are known by their age in each store, and where that cannot be seen it is said", () => {
        const { site } = status();
        expect(site?.stores?.map(({ store, registry }) => [store, registry])).toEqual(
            SITES.map((store) => [store, REGISTRY]),
        );
        site?.stores?.forEach(({ full, version, wal }) => {
            expect([full, version, wal].every((at) => at !== undefined && Date.parse(at) <= Date.now())).toBe(true);
        });
        must(home.lab("fail", "tallinn/kube-apiserver"));
        const { code, output } = status();
        expect([code, output]).toEqual([
            1,
            expect.stringMatching(/How old stored versions are is not known: .*tallinn/),
        ]);
        must(home.lab("repair", "tallinn/kube-apiserver"));
    });

    it("are made by the next run where a store was away for all tries", async () => {
        const scale = ["scale", "--namespace=object-store", "statefulset/object-store"];
        kubectl(...scale, "--replicas=0");
        // As one that has tried for long.
        const job = JSON.parse(
            kubectl("create", "job", "away", namespace, "--from=cronjob/store-full", "--dry-run=client", "-o", "json"),
        ) as { spec: object };
        const file = join(home.path, "away.json");
        writeFileSync(file, JSON.stringify({ ...job, spec: { ...job.spec, activeDeadlineSeconds: 45 } }));
        kubectl("create", "-f", file);
        kubectl("wait", namespace, "job/away", "--for=condition=failed", "--timeout=300s");
        expect(status()).toMatchObject({
            code: 1,
            output: expect.stringContaining("Job away failed: DeadlineExceeded") as string,
        });
        kubectl(...scale, "--replicas=1");
        begin("store-full", "back");
        complete("back");
        expect(storedBy("back")).toEqual([expect.stringMatching(/F$/), expect.stringMatching(/F$/)]);
        await until(() => status().code === 0);
    });
});
