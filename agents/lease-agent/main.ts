/**
 * The lease agent: fences a site that may no longer write, so that of two sites only one does. It runs beside each member of a
 * registry's database. At the primary it renews its lease at the other site; at the standby it grants that lease. It also commits a
 * heartbeat each second, has Postgres wait for the other site where replication is late, rebuilds members that can no longer
 * follow, and ends what the edge asks for too long. docs/decisions/one-primary.md says how.
 */
import { once } from "node:events";
import { log, messageOf, repeat, runAgent } from "../agent";
import { configMaps } from "../kubernetes";
import { Asking, LOOK_MS as ASKING_MS } from "./asking";
import { Bound, LOOK_MS } from "./bound";
import { Connection } from "./connection";
import { beat } from "./database";
import { sendFollowersAway } from "./followers";
import { HEARTBEAT_MS } from "./lessee";
import { leaseServer, sendReport } from "./partner";
import { Patroni } from "./patroni";
import { LOOK_MS as SEGMENT_MS, Segment } from "./segment";
import { Site } from "./site";
import { settingsOf } from "../settings";
import { LOOK_MS as STRANDED_MS, Stranded } from "./stranded";

const clock = { monotonic: () => performance.now(), wall: () => Date.now() };

runAgent(async () => {
    const settings = settingsOf("lease-agent");
    const connect = (): Connection => new Connection(settings.SOCKET, settings.DATABASE_USER);
    const [folder, members] = [settings.CERTIFICATE, settings.MEMBERS];
    const [host, port] = [settings.PARTNER_HOST, settings.PORT];
    const terms = {
        partner: settings.PARTNER,
        leaseSeconds: settings.LEASE_SECONDS,
        patienceSeconds: settings.PATIENCE_SECONDS,
        maximumLag: settings.MAXIMUM_LAG,
    };
    const member = { name: settings.MEMBER, scope: settings.SCOPE, labels: settings.LABELS };
    const api = configMaps();
    const site = new Site(member, terms, api, (report) => sendReport(host, port, folder, report), clock);
    const server = leaseServer(folder, settings.PARTNER_NAMES, (report) => site.hear(report));
    await once(server.listen(port), "listening");

    const database = connect();
    const patroni = new Patroni(folder, settings.PATRONI_PORT, settings.PATRONI_NAME);
    let leads = false;
    const pass = async (): Promise<void> => {
        const local = await beat(database).catch((error: unknown) => {
            log("the database does not answer", { error: messageOf(error) });
            return undefined;
        });
        leads = await site.pass(local);
        if (local !== undefined && !leads) {
            await sendFollowersAway(database, members);
        }
    };
    const bound = new Bound(connect(), members, clock.monotonic);
    const looking = connect();
    const stranded = new Stranded(
        looking,
        members.filter((name) => name !== member.name),
        (name) => patroni.ask(name),
        (name) => patroni.renew(name),
    );
    const asking = new Asking(connect(), settings.ASKING_ROLES, settings.ASKING_MILLISECONDS);
    const segment = new Segment(looking, api, member.labels, member.scope, settings.WAL_SEGMENT);
    await Promise.all([
        repeat(pass, HEARTBEAT_MS / 1000),
        repeat(() => bound.pass(site.isBound), LOOK_MS / 1000),
        repeat(() => asking.pass(), ASKING_MS / 1000),
        repeat(() => stranded.pass(leads), STRANDED_MS / 1000),
        repeat(() => segment.pass(leads), SEGMENT_MS / 1000),
    ]);
});
