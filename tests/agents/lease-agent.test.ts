/** The lease between two sites that consist of ConfigMaps and a clock: one grants it to the other, and never do both write. */
import type { ConfigMap, ConfigMaps } from "../../agents/kubernetes";
import { HEARTBEAT_MS, type Local } from "../../agents/lease-agent/lessee";
import { hear } from "../../agents/lease-agent/lessor";
import { lossOf } from "../../agents/lease-agent/loss";
import { type Asked, type Role, type SiteRecord, recordOf } from "../../agents/lease-agent/record";
import { Site } from "../../agents/lease-agent/site";
import { ANNOTATION, LEASE } from "../../infra/conventions/lease";

const LEASE_SECONDS = 10;
const PATIENCE_SECONDS = 20;
const SCOPE = "population";

/** A site's ConfigMaps, as its API server would keep them. */
class Store implements ConfigMaps {
    readonly objects = new Map<string, ConfigMap>();

    constructor() {
        for (const name of [LEASE, `${SCOPE}-config`, `${SCOPE}-leader`]) {
            this.objects.set(name, { metadata: { name, resourceVersion: "1", annotations: {} } });
        }
    }

    list(): Promise<ReadonlyMap<string, ConfigMap>> {
        return Promise.resolve(new Map(this.objects));
    }

    annotate(name: string, annotations: Readonly<Record<string, string | null>>, version?: string): Promise<void> {
        const { metadata } = this.objects.get(name) as ConfigMap;
        if (version !== undefined && version !== metadata.resourceVersion) {
            return Promise.reject(new Error("the object has been modified"));
        }
        const all = Object.entries({ ...metadata.annotations, ...annotations });
        const kept = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
        const next = String(Number(metadata.resourceVersion) + 1);
        this.objects.set(name, { metadata: { name, resourceVersion: next, annotations: kept } });
        return Promise.resolve();
    }

    get record(): SiteRecord {
        return recordOf(this.objects.get(LEASE) as ConfigMap);
    }
}

/** The test's time in milliseconds. Each site derives its own two clocks from it; Luxembourg's wall clock is an hour ahead. */
let time = 0;
let linked = true;
/** Whether the partner receives reports while its answers are lost. */
let answersLost = false;

class TestSite {
    readonly store = new Store();
    private readonly wallOffset: number;
    private site: Site;
    /** Whether the site's database accepts writes. */
    writing = false;
    lsn = 0;
    heartbeat = 0;
    /** Seconds between two of its passes. */
    pace = 1;

    constructor(
        readonly name: string,
        readonly partner: () => TestSite,
    ) {
        this.wallOffset = name === "luxembourg" ? 3_600_000 : 0;
        this.site = this.start();
    }

    /** Restarts the agent's process, which forgets everything. */
    restart(): void {
        this.site = this.start();
    }

    private start(): Site {
        const terms = {
            partner: this.name === "tallinn" ? "luxembourg" : "tallinn",
            leaseSeconds: LEASE_SECONDS,
            patienceSeconds: PATIENCE_SECONDS,
            maximumLag: 5,
        };
        const began = time;
        return new Site(
            { name: this.name, scope: SCOPE, labels: {} },
            terms,
            this.store,
            async (report) => {
                const answer = linked ? await this.partner().hear(report) : undefined;
                if (answer === undefined || answersLost) {
                    throw new Error("no answer");
                }
                return answer;
            },
            { monotonic: () => time - began, wall: () => this.wall },
        );
    }

    hear(report: Parameters<Site["hear"]>[0]): ReturnType<Site["hear"]> {
        return this.site.hear(report);
    }

    get wall(): number {
        return time + this.wallOffset;
    }

    /** Whether the API server would now let Patroni renew its lock. */
    get mayWrite(): boolean {
        const { validUntil } = this.store.record;
        return validUntil === undefined || this.wall <= Date.parse(validUntil);
    }

    async leads(): Promise<void> {
        await this.store.annotate(`${SCOPE}-leader`, { leader: this.name });
    }

    /** Asks for a role, as the gate does. */
    async ask(role: Role, acceptLoss = false): Promise<void> {
        const asked: Asked = { id: `${role}-${time}`, role, acceptLoss };
        await this.store.annotate(LEASE, { [ANNOTATION.asked]: JSON.stringify(asked) });
    }

    /** Whether Patroni's configuration follows a role that was taken. It does not if `up` ends in between. */
    tells = true;
    private declared: Role | undefined;

    /** Plays Pulumi after the gate, and Patroni, which follows its configuration and its lock. */
    async follow(): Promise<void> {
        const { asked, status } = this.store.record;
        if (this.tells && asked !== undefined && status?.role === asked.role && this.declared !== asked.role) {
            this.declared = asked.role;
            const config = JSON.stringify(asked.role === "standby" ? { standby_cluster: {} } : {});
            await this.store.annotate(`${SCOPE}-config`, { config });
        }
        this.writing = this.declared === "primary" && this.mayWrite;
    }

    async pass(): Promise<void> {
        const local: Local = {
            writing: this.writing,
            lsn: this.lsn,
            heartbeat: this.heartbeat,
            now: this.wall,
            waits: false,
        };
        // The next pass resolves a conflict, as in the agent.
        await this.site.pass(local).catch(() => undefined);
    }
}

let tallinn: TestSite;
let luxembourg: TestSite;

/** Plays seconds: in each one Patroni acts first, then there are heartbeats and replication, and then the agents act. */
async function run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
        time += HEARTBEAT_MS;
        for (const site of [tallinn, luxembourg]) {
            await site.follow();
            if (site.writing) {
                site.lsn += 100;
                site.heartbeat = site.wall;
            }
        }
        if (linked && tallinn.writing) {
            [luxembourg.lsn, luxembourg.heartbeat] = [tallinn.lsn, tallinn.heartbeat];
        }
        expect(tallinn.writing && luxembourg.writing).toBe(false);
        for (const site of [tallinn, luxembourg]) {
            if (second % site.pace === 0) {
                await site.pass();
            }
        }
    }
}

// The agent's log is not printed.
beforeAll(() => jest.spyOn(process.stdout, "write").mockReturnValue(true));
afterAll(() => jest.restoreAllMocks());

beforeEach(async () => {
    [time, linked, answersLost] = [1_000_000, true, false];
    tallinn = new TestSite("tallinn", () => luxembourg);
    luxembourg = new TestSite("luxembourg", () => tallinn);
    for (const [site, role] of [
        [tallinn, "primary"],
        [luxembourg, "standby"],
    ] as const) {
        await site.leads();
        await site.ask(role);
    }
});

describe("the right to write", () => {
    it("needs no lease until the first one, and never again none", async () => {
        linked = false;
        await run(60);
        expect(tallinn.writing).toBe(true);
        linked = true;
        await run(30);
        expect(tallinn.store.record.validUntil).toBeDefined();
        linked = false;
        await run(LEASE_SECONDS + 1);
        expect(tallinn.writing).toBe(false);
        expect(tallinn.store.record.status?.says).toMatch(
            /does not write: its lease has ended; luxembourg grants none/,
        );
    });

    it("is not made to hang on a site that is late, until that is in time for as long as Patroni may take to give up", async () => {
        luxembourg.pace = 5;
        await run(60);
        expect(tallinn.store.record.validUntil).toBeUndefined();
        luxembourg.pace = 1;
        await run(PATIENCE_SECONDS - 2);
        expect(tallinn.store.record.validUntil).toBeUndefined();
        await run(5);
        expect(tallinn.store.record.validUntil).toBeDefined();
        expect(tallinn.writing).toBe(true);
    });

    it("lasts for as long as the link does, and comes back with it", async () => {
        await run(120);
        expect(tallinn.writing).toBe(true);
        linked = false;
        await run(30);
        expect(tallinn.writing).toBe(false);
        linked = true;
        await run(5);
        expect(tallinn.writing).toBe(true);
    });

    it("survives a restart of who grants it", async () => {
        await run(40);
        luxembourg.restart();
        await run(2 * LEASE_SECONDS);
        expect(tallinn.writing).toBe(true);
    });
});

describe("a standby that becomes primary", () => {
    it("waits for the end of the lease and for Patroni, then goes by what may be lost", async () => {
        await run(60);
        linked = false;
        await luxembourg.ask("primary");
        await run(LEASE_SECONDS + PATIENCE_SECONDS - 5);
        expect(luxembourg.store.record.status?.says).toMatch(/waits, 30 s at most, for the end of tallinn's lease/);
        await run(10);
        const { status } = luxembourg.store.record;
        expect(status?.role).toBe("standby");
        expect(status?.refusal).toMatch(/^at most \d\d s of acknowledged commits would be lost .*--accept-loss/);
        await luxembourg.ask("primary", true);
        await run(3);
        expect(luxembourg.store.record.status?.role).toBe("primary");
        expect(luxembourg.writing).toBe(true);
    });

    it("forgets no lease by a restart: it takes it for granted just then", async () => {
        await run(60);
        linked = false;
        await run(LEASE_SECONDS + PATIENCE_SECONDS);
        luxembourg.restart();
        await luxembourg.ask("primary", true);
        await run(LEASE_SECONDS + PATIENCE_SECONDS - 2);
        expect(luxembourg.store.record.status?.role).toBe("standby");
        await run(5);
        expect(luxembourg.store.record.status?.role).toBe("primary");
    });

    it("takes over without loss from a primary that it is linked with, once that has said how far it came", async () => {
        await run(60);
        await luxembourg.ask("primary");
        await run(LEASE_SECONDS + PATIENCE_SECONDS + 10);
        expect(luxembourg.store.record.status?.role).toBe("primary");
        expect(tallinn.writing).toBe(false);
        expect(luxembourg.lsn).toBeGreaterThanOrEqual(tallinn.lsn);
    });

    it("is refused where the primary has never held a lease of it", async () => {
        linked = false;
        await run(60);
        await luxembourg.ask("primary", true);
        await run(5);
        expect(luxembourg.store.record.status?.refusal).toMatch(/tallinn has not held a lease from this site/);
        expect(tallinn.writing).toBe(true);
    });

    it("is refused where it has granted a lease of which the primary does not know", async () => {
        answersLost = true;
        await run(60);
        expect(luxembourg.store.record.status?.granted).toBeDefined();
        linked = false;
        await luxembourg.ask("primary", true);
        await run(LEASE_SECONDS + PATIENCE_SECONDS + 5);
        expect(luxembourg.store.record.status?.refusal).toMatch(/tallinn has not held a lease from this site/);
        expect(tallinn.writing).toBe(true);
    });

    it("goes on granting after a refusal", async () => {
        await run(60);
        linked = false;
        await luxembourg.ask("primary");
        await run(LEASE_SECONDS + PATIENCE_SECONDS + 5);
        linked = true;
        await run(5);
        expect(tallinn.writing).toBe(true);
    });
});

describe("a primary whose standby was promoted", () => {
    beforeEach(async () => {
        await run(60);
        linked = false;
        await luxembourg.ask("primary", true);
        await run(LEASE_SECONDS + PATIENCE_SECONDS + 5);
        linked = true;
        await run(60);
    });

    it("does not write when the link is back, and says why", () => {
        expect(luxembourg.writing).toBe(true);
        expect(tallinn.writing).toBe(false);
        expect(tallinn.store.record.status?.says).toMatch(/luxembourg grants none: has the role primary itself/);
    });

    it("gets no lease from one that is declared a standby again, while that still writes", async () => {
        luxembourg.tells = false;
        await luxembourg.ask("standby");
        await run(60);
        expect(luxembourg.writing).toBe(true);
        expect(tallinn.writing).toBe(false);
        luxembourg.tells = true;
        await run(PATIENCE_SECONDS + 10);
        expect(tallinn.writing).toBe(true);
    });

    it("keeps its fence as a standby until no member of it can believe that it is primary", async () => {
        tallinn.tells = false;
        await tallinn.ask("standby");
        await run(5);
        expect(tallinn.store.record.status?.role).toBe("standby");
        await run(PATIENCE_SECONDS);
        expect(tallinn.store.record.validUntil).toBeDefined();
        tallinn.tells = true;
        await run(PATIENCE_SECONDS - 2);
        expect(tallinn.store.record.validUntil).toBeDefined();
        await run(5);
        expect(tallinn.store.record.validUntil).toBeUndefined();
    });

    it("grants the new one leases as a standby, and can be promoted again", async () => {
        await tallinn.ask("standby");
        await run(PATIENCE_SECONDS + 10);
        expect(luxembourg.store.record.validUntil).toBeDefined();
        [tallinn.lsn, tallinn.heartbeat] = [luxembourg.lsn + 10_000, luxembourg.heartbeat];
        await tallinn.ask("primary", true);
        await run(LEASE_SECONDS + PATIENCE_SECONDS + 5);
        expect(tallinn.store.record.status?.role).toBe("primary");
        expect(luxembourg.writing).toBe(false);
    });
});

const last = { member: "a", asks: true, fenced: true, writing: true, ended: false, lsn: 500, at: 9_000, waits: false };

describe("the last word of a primary", () => {
    const standby: SiteRecord = {
        asked: { id: "2", role: "primary", acceptLoss: false },
        status: {
            role: "standby",
            answered: "1",
            following: true,
            granted: { id: "lease", seconds: LEASE_SECONDS, report: last },
            says: "",
        },
    };
    const heard = (report: Partial<typeof last>): number | undefined =>
        hear(standby, { ...last, lsn: 700, writing: false, ended: true, ...report }, LEASE_SECONDS, "next").record
            .status?.granted?.report.lsn;

    it("is how far the member came that has written, and no other", () => {
        expect(heard({})).toBe(700);
        expect(heard({ member: "b" })).toBe(500);
        expect(heard({ writing: true })).toBe(500);
        expect(heard({ ended: false })).toBe(500);
    });
});

describe("what would be lost", () => {
    it("is all that may have been answered since the last heartbeat that is here", () => {
        expect(lossOf(last, { lsn: 400, heartbeat: 8_000 }, 30)).toEqual({ seconds: 31, bytes: 100 });
    });

    it("is nothing where the primary has stopped and all of it is here, or waited for this site", () => {
        const stopped = { ...last, writing: false, ended: true };
        expect(lossOf(stopped, { lsn: 500, heartbeat: 8_000 }, 30)).toEqual({ seconds: 0, bytes: 0 });
        expect(lossOf(stopped, { lsn: 499, heartbeat: 8_000 }, 30)).toEqual({ seconds: 1, bytes: 1 });
        expect(lossOf({ ...last, waits: true }, { lsn: 400, heartbeat: 8_000 }, 30).seconds).toBe(0);
    });
});
