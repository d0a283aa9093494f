/** Backup Jobs on real nodes lose their pod, their process, the network or their store. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describeNodes, inContainer, processesIn, why } from "../../lab/nodes/fixture";
import { Home, must } from "../../support/home";
import { BackupJobs } from "./backup-jobs";

const MINUTES = 60_000;
jest.setTimeout(20 * MINUTES);

const REGISTRY = "population";
/** The file that a backup locks: pgBackRest has one for each repository of its configuration. */
const LOCK = /-backup-\d+\.lock$/;
/** With this many people a full backup takes some seconds, so that it can be interrupted. */
const PEOPLE = "60000";

const ALLOWED = "EMBASSY_KILL_JOBS";
const isAllowed = process.env[ALLOWED] === "true";
const notNow = isAllowed ? why : ` (skipped: takes a lab for twenty minutes; ${ALLOWED}=true allows it)`;

(isAllowed ? describeNodes : describe.skip)(`versions of a registry whose Jobs die${notNow}`, () => {
    const SITES = ["tallinn", "luxembourg"];
    let home: Home;
    let jobs: BackupJobs;

    beforeAll(() => {
        home = new Home("stored", "cache", "images").only(REGISTRY);
        jobs = new BackupJobs(home, "tallinn", REGISTRY);
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        must(home.data("load", "--site", "tallinn", "--people", PEOPLE));
        ["own", "partner"].forEach((use) => jobs.complete(`store-first-${use}`));
    });
    afterAll(() => home.remove());

    /** The labels of the backups that a Job stored in its own site's store and in the partner's. */
    function storedBy(job: string): { own: string; partner: string } {
        const log = jobs.kubectl("logs", jobs.namespace, `--selector=job-name=${job}`, "--tail=-1");
        const labels = { own: "", partner: "" };
        let store: keyof typeof labels = "own";
        for (const [, use, label] of log.matchAll(/repositories\/(own|partner)\.conf|new backup label = (\S+)/g)) {
            if (label === undefined) {
                store = use as typeof store;
            } else {
                labels[store] = label;
            }
        }
        return labels;
    }

    /** The files of a backup in the own store, as pgBackRest lists them in the leader's pod. */
    async function filesOf(label: string): Promise<string[]> {
        const id = 'jsonpath={..containerStatuses[?(@.name=="database")].containerID}';
        const leader = jobs.kubectl("get", "pods", jobs.namespace, "--selector=role=primary", "-o", id);
        const list = ["pgbackrest", "--config=/etc/embassy/repositories/own.conf", "repo-ls", "--recurse"];
        const found = JSON.parse(
            await inContainer(leader, [...list, "--output=json", `backup/${REGISTRY}`, "--log-level-console=off"]),
        ) as Record<string, { type: string }>;
        return Object.keys(found).filter((file) => file.startsWith(`${label}/`) && found[file]?.type === "file");
    }

    /** The process in the leader's pod that serves a backup and holds its lock. @throws Error if there is none */
    function holder(): number {
        const id = 'jsonpath={..containerStatuses[?(@.name=="repository")].containerID}';
        const servers = processesIn(jobs.kubectl("get", "pods", jobs.namespace, "--selector=role=primary", "-o", id));
        const found = servers.find((pid) => open(pid).some((file) => LOCK.test(file)));
        if (found === undefined) {
            throw new Error("nobody has the lock of a backup");
        }
        return found;
    }

    /** The files that a process has open, and its sockets as `socket:[inode]`. */
    function open(pid: number): string[] {
        const folder = `/proc/${pid}/fd`;
        try {
            return readdirSync(folder).map((name) => readlinkSync(join(folder, name)));
        } catch {
            // The process has ended meanwhile.
            return [];
        }
    }

    /** Whether the process has received data that it has not read. */
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
    /** Disconnects the pod's network before the pod is deleted, so that the other end is not told. */
    function vanish(name: string): void {
        const pid = jobs.processOf(name);
        execFileSync("nsenter", [`--target=${pid}`, "--net", "ip", "link", "set", "eth0", "down"]);
        jobs.kubectl("delete", jobs.namespace, name, ...force);
    }
    const ends = {
        "its pod is deleted": (name) => jobs.kubectl("delete", jobs.namespace, name, ...force),
        "its process is killed": (name) => process.kill(jobs.processOf(name), "SIGKILL"),
        "its network is gone": vanish,
        // The kernel then retransmits the answer, and sends no keepalive probes.
        "its network is gone before an answer": async (name) => {
            const pid = holder();
            process.kill(pid, "SIGSTOP");
            await jobs.until(() => isAsked(pid));
            vanish(name);
            process.kill(pid, "SIGCONT");
        },
    } satisfies Record<string, (pod: string) => unknown>;

    it.each(Object.entries(ends))("are made at once where one is interrupted: %s", async (how, end) => {
        const [full, diff, verified] = ["full", "diff", "verify"].map(
            (kind) => `${kind}-${how.replaceAll(" ", "-")}`,
        ) as [string, string, string];
        const left = await jobs.beginHalf(full);
        await end(jobs.pod(full));
        const begun = Date.now();
        jobs.begin("store-diff", diff);
        await jobs.until(() => jobs.status().output.includes(`Job ${full} is tried again, as 1 of its pods failed`));
        expect(jobs.status()).toMatchObject({ code: 1, site: { ready: true } });

        jobs.complete(diff);
        say(`${how}: a differential`, begun);
        const { own, partner } = storedBy(diff);
        // Nothing is based on the interrupted backup: that store has a new full, from this Job or from the next try of the interrupted one.
        expect([own, partner]).toEqual([expect.stringMatching(/[FD]$/), expect.stringMatching(/D$/)]);
        expect(own.slice(0, left.length)).not.toBe(left);
        jobs.complete(full);
        expect(await filesOf(left)).toEqual([]);
        jobs.begin("store-verify", verified);
        jobs.complete(verified);
        expect(jobs.status()).toMatchObject({ code: 0, site: { ready: true } });
    });

    it("are in the other store within minutes where the machine with the store is gone, and in its own once that is back", async () => {
        const machine = jobs.kubectl(
            "get",
            "pod",
            "object-store-0",
            "--namespace=object-store",
            "-o",
            "jsonpath={.spec.nodeName}",
        );
        const there = (await jobs.inStore("luxembourg")).finished;
        await jobs.beginHalf("cut-short");
        must(home.lab("fail", `tallinn/node-${machine}`));
        const gone = Date.now();
        jobs.begin("store-diff", "meanwhile");
        await jobs.until(async () => (await jobs.inStore("luxembourg")).finished.length > there.length);
        say("in the other store, the machine being gone", gone);
        expect(jobs.status()).toMatchObject({ code: 1, site: { ready: false } });

        home.repair("tallinn", `node-${machine}`);
        const back = Date.now();
        jobs.complete("meanwhile");
        say("in its own, the machine being back", back);
        jobs.complete("cut-short");
        jobs.begin("store-verify", "whole");
        jobs.complete("whole");
        await jobs.until(() => jobs.status().code === 0);
    });

    it("are known by their age in each store, and where that cannot be seen it is said", () => {
        const { site } = jobs.status();
        expect(site?.stores?.map(({ store, registry }) => [store, registry])).toEqual(
            SITES.map((store) => [store, REGISTRY]),
        );
        site?.stores?.forEach(({ full, version, wal }) => {
            expect([full, version, wal].every((at) => at !== undefined && Date.parse(at) <= Date.now())).toBe(true);
        });
        must(home.lab("fail", "tallinn/kube-apiserver"));
        const { code, output } = jobs.status();
        expect([code, output]).toEqual([1, expect.stringMatching(/How old backups are is not known: .*tallinn/)]);
        must(home.lab("repair", "tallinn/kube-apiserver"));
    });

    it("are made by the next run where a store was away for all tries", async () => {
        const scale = ["scale", "--namespace=object-store", "statefulset/object-store"];
        jobs.kubectl(...scale, "--replicas=0");
        // The Job fails after 45 s, as a declared one would after hours of tries.
        jobs.beginFor(45, "store-full", "away");
        expect(jobs.status()).toMatchObject({
            code: 1,
            output: expect.stringContaining("Job away failed: DeadlineExceeded") as string,
        });
        jobs.kubectl(...scale, "--replicas=1");
        jobs.begin("store-full", "back");
        jobs.complete("back");
        const full = expect.stringMatching(/F$/) as string;
        expect(storedBy("back")).toEqual({ own: full, partner: full });
        await jobs.until(() => jobs.status().code === 0);
    });
});
