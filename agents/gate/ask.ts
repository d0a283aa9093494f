/** A registry's members are asked to take a role, and answer. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ANNOTATION, LEASE, leaderName } from "../../infra/conventions/lease";
import { AgentError, messageOf } from "../agent";
import type { ConfigMaps } from "../kubernetes";
import { type Asked, recordOf } from "../lease-agent/record";

export interface Request extends Omit<Asked, "id"> {
    /** Patroni's name of the registry's members. */
    readonly scope: string;
    /** Labels of the registry's ConfigMaps. */
    readonly labels: Readonly<Record<string, string>>;
    /** Milliseconds until the members must have answered. */
    readonly patience: number;
    /** Milliseconds between two looks. */
    readonly pause: number;
}

/**
 * Returns once the members have taken the role, or nobody has led yet, who could be asked: then they take it as they come up. What the API
 * server leaves without an answer is asked again, because a busy one is no refusal.
 * @returns what was found
 * @throws AgentError where they refuse, or have not answered in time
 */
export async function askFor(
    api: ConfigMaps,
    { scope, labels, patience, pause, ...asked }: Request,
): Promise<"taken" | "nobody has led here yet"> {
    const id = randomUUID();
    const request: Asked = { id, ...asked };
    const deadline = performance.now() + patience;
    let [isAsked, said] = [false, "nothing"];
    const look = async (): ReturnType<ConfigMaps["list"]> => {
        if (!isAsked) {
            await api.annotate(LEASE, { [ANNOTATION.asked]: JSON.stringify(request) });
            isAsked = true;
        }
        return api.list(labels);
    };
    for (;;) {
        const found = await look().catch((error: unknown) => void (said = messageOf(error)));
        if (found !== undefined) {
            const lease = found.get(LEASE);
            if (lease === undefined || !found.has(leaderName(scope))) {
                return "nobody has led here yet";
            }
            const { status } = recordOf(lease);
            if (status?.answered === id && status.refusal !== undefined) {
                throw new AgentError(`This site does not become ${asked.role}: ${status.refusal}.`);
            }
            if (status?.answered === id) {
                return "taken";
            }
            said = status?.says ?? said;
        }
        if (performance.now() > deadline) {
            throw new AgentError(
                `No member has answered whether this site may become ${asked.role}; the last that was heard: ${said}. ` +
                    "See kubectl logs database-… -c lease-agent.",
            );
        }
        await sleep(pause);
    }
}
