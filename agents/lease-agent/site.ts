/** One member's part in its site's right to write: it reads the record, does what is due, and writes down what came of it. */
import { randomUUID } from "node:crypto";
import { ANNOTATION, type AcrossSites, LEASE, PATRONI, agreedName, leaderName } from "../../infra/conventions/lease";
import { AgentError, log, messageOf } from "../agent";
import type { ConfigMap, ConfigMaps } from "../kubernetes";
import { HEARTBEAT_MS, type Local, hasEnded, leaseUntil, reportOf, reports } from "./lessee";
import { type LeaseAnswer, hear } from "./lessor";
import { ANSWER_MS } from "./partner";
import { type Report, type SiteRecord, annotationsOf, recordOf } from "./record";
import { type Terms, followed, takeRole } from "./roles";
import { Since } from "./since";

export interface Member {
    /** Name of its pod. */
    readonly name: string;
    /** Patroni's name for the cluster: {@link leaderName} and {@link agreedName} are its ConfigMaps, {@link LEASE} is ours. */
    readonly scope: string;
    readonly labels: Readonly<Record<string, string>>;
}

export interface Clock {
    /** Milliseconds since some moment, never set back. */
    monotonic(): number;
    /** Milliseconds since 1970. */
    wall(): number;
}

interface Seen {
    readonly record: SiteRecord;
    readonly version: string;
    readonly leads: boolean;
    /** Whether Patroni is declared a standby. */
    readonly isStandby: boolean;
}

export class Site {
    private readonly granted = new Since();
    private readonly standby = new Since();
    private nextReport = -Infinity;
    private passedAt = -Infinity;
    private bound = false;

    constructor(
        private readonly member: Member,
        private readonly terms: Terms,
        private readonly configMaps: ConfigMaps,
        private readonly send: (report: Report) => Promise<LeaseAnswer>,
        private readonly clock: Clock,
    ) {}

    /**
     * One pass, which is made once a second.
     * @param local undefined while this member's database is down; a role is taken nevertheless, because that may be what brings it up
     * @returns whether this member leads in its site
     * @throws AgentError where the API server cannot be asked
     */
    async pass(local: Local | undefined): Promise<boolean> {
        let seen = await this.look();
        const now = this.clock.monotonic();
        // An empty word stands for "none": the end of what was seen.
        const grantedAt = this.granted.first(seen.record.status?.granted?.id ?? "", now);
        // One that is later than this would not answer in time, and the first lease that it grants fences the other one for good.
        const isInTime = now - this.passedAt <= HEARTBEAT_MS + ANSWER_MS;
        this.passedAt = now;
        const follows = seen.isStandby && isInTime;
        const standbySince = this.standby.first(follows ? "standby" : "", now);
        if (seen.leads) {
            const role = takeRole({ record: seen.record, here: local, now, grantedAt }, this.terms);
            const following = follows ? (now - standbySince) / 1000 : undefined;
            if (await this.save(seen, followed(role, following, this.terms))) {
                seen = await this.look();
            }
        }
        if (local !== undefined) {
            await this.report(local, seen);
        }
        return seen.leads;
    }

    /** Whether what the partner lacks is limited, as of the last look: it is declared so, and the partner could be promoted in this site's place. */
    get isBound(): boolean {
        return this.bound;
    }

    /** Takes what the partner says, and returns the answer to it. */
    async hear(report: Report): Promise<LeaseAnswer> {
        const seen = await this.look();
        const { record, answer } = hear(seen.record, report, this.terms.leaseSeconds, randomUUID());
        await this.save(seen, record);
        // This is later than the partner asked, so that the lease ends there before it ends here.
        this.granted.first(record.status?.granted?.id ?? "", this.clock.monotonic());
        return answer;
    }

    /** Asks for the lease three times in its length, so that one answer may be lost. */
    private async report(local: Local, { record, leads }: Seen): Promise<void> {
        const [asked, wall] = [this.clock.monotonic(), this.clock.wall()];
        const ended = hasEnded(record, wall);
        if (asked < this.nextReport || !reports(record, leads, ended)) {
            return;
        }
        let answer: LeaseAnswer;
        try {
            answer = await this.send(reportOf(record, this.member.name, local, ended));
        } catch (error) {
            answer = { refused: messageOf(error) };
        }
        if ("granted" in answer) {
            this.nextReport = asked + (answer.granted * 1000) / 3;
            await this.writeUntil(leaseUntil(wall, answer.granted));
        } else {
            await this.explain(answer.refused, ended);
        }
    }

    private async writeUntil(validUntil: string): Promise<void> {
        const seen = await this.look();
        const { status } = seen.record;
        if (status?.role === "primary") {
            await this.save(seen, { ...seen.record, validUntil, status: { ...status, says: "holds the lease" } });
        }
    }

    private async explain(refused: string, ended: boolean): Promise<void> {
        const seen = await this.look();
        const { status, validUntil } = seen.record;
        if (status?.role === "primary") {
            const state =
                validUntil === undefined
                    ? "writes without a lease, as nobody could have been promoted in its place"
                    : ended
                      ? "does not write: its lease has ended"
                      : "writes until its lease ends";
            const says = `${state}; ${this.terms.partner} grants none: ${refused}`;
            await this.save(seen, { ...seen.record, status: { ...status, says } });
        }
    }

    private async look(): Promise<Seen> {
        const { scope, labels, name } = this.member;
        const found = await this.configMaps.list(labels);
        const lease = found.get(LEASE);
        if (lease === undefined) {
            throw new AgentError(`There is no ConfigMap ${LEASE} with this registry's labels: run pulumi up.`);
        }
        const record = recordOf(lease);
        const declared = annotation(lease, ANNOTATION.acrossSites) as AcrossSites | undefined;
        const agreed = annotation(found.get(agreedName(scope)), PATRONI.config);
        this.bound = record.validUntil !== undefined && declared === "bounded";
        return {
            record,
            version: lease.metadata.resourceVersion,
            leads: annotation(found.get(leaderName(scope)), PATRONI.leader) === name,
            isStandby: "standby_cluster" in (JSON.parse(agreed ?? "{}") as object),
        };
    }

    /** @returns whether there was anything to write down */
    private async save(seen: Seen, record: SiteRecord): Promise<boolean> {
        const [before, after] = [annotationsOf(seen.record), annotationsOf(record)];
        if (JSON.stringify(before) === JSON.stringify(after)) {
            return false;
        }
        // The API server refuses this if another member was faster. The next pass, or the partner's next report, then starts from what is there.
        await this.configMaps.annotate(LEASE, after, seen.version);
        if (seen.record.status?.says !== record.status?.says) {
            log(record.status?.says ?? "", { role: record.status?.role, refusal: record.status?.refusal });
        }
        return true;
    }
}

function annotation(object: ConfigMap | undefined, name: string): string | undefined {
    return object?.metadata.annotations?.[name];
}
