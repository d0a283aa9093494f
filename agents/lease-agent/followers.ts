/**
 * The other site has to follow this one's leader, and no other member. Its connection goes through the leader's Service and stays where it
 * was made. If that leader then steps down, the next one would see nobody follow and, where what the other site lacks is limited, wait for
 * it forever.
 */
import { log } from "../agent";
import type { Connection } from "./connection";

/** A follower that is sent away connects anew. A copy of the whole database may end, because it is as good from here. */
const SEND_AWAY = `
    SELECT application_name AS name, pg_terminate_backend(pid) AS gone FROM pg_stat_replication
     WHERE pg_is_in_recovery() AND state = 'streaming' AND application_name <> ALL ($1)`;

/**
 * @param members of this site, as they call themselves to their primary
 * @throws Error of the driver where there is no answer
 */
export async function sendFollowersAway(connection: Connection, members: readonly string[]): Promise<void> {
    await connection.use(async (client) => {
        const query = { name: "followers", text: SEND_AWAY, values: [members] };
        const { rows } = await client.query<{ name: string; gone: boolean }>(query);
        for (const { name, gone } of rows) {
            log("sent a follower on to the leader", { follower: name, gone });
        }
    });
}
