/**
 * The gate: asks a registry's members to take the role that is declared, and waits until they have. It runs when a new role is declared,
 * before Patroni is told. If it fails, Patroni is not told.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ANNOTATION, LEASE, leaderName } from "../../infra/conventions/lease";
import { AgentError, log, runAgent } from "../agent";
import { configMaps } from "../kubernetes";
import { type Asked, recordOf } from "../lease-agent/record";
import { settingsOf } from "../settings";

const LOOK_MS = 1_000;

runAgent(async () => {
    const settings = settingsOf("gate");
    const [role, api] = [settings.ROLE, configMaps()];
    const id = randomUUID();
    const asked: Asked = { id, role, acceptLoss: settings.ACCEPT_LOSS };
    await api.annotate(LEASE, { [ANNOTATION.asked]: JSON.stringify(asked) });

    const deadline = performance.now() + settings.PATIENCE_SECONDS * 1000;
    for (;;) {
        const found = await api.list(settings.LABELS);
        const lease = found.get(LEASE);
        // Where nobody has led yet, nobody can be asked: the members take the role as they come up.
        if (lease === undefined || !found.has(leaderName(settings.SCOPE))) {
            log("nobody has led here yet", { role });
            return;
        }
        const { status } = recordOf(lease);
        if (status?.answered === id) {
            if (status.refusal !== undefined) {
                throw new AgentError(`This site does not become ${role}: ${status.refusal}.`);
            }
            log("taken", { role });
            return;
        }
        if (performance.now() > deadline) {
            throw new AgentError(
                `No member has answered whether this site may become ${role}; the last that one said: ` +
                    `${status?.says ?? "nothing"}. See kubectl logs database-… -c lease-agent.`,
            );
        }
        await sleep(LOOK_MS);
    }
});
