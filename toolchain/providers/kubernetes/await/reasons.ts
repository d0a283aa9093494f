/** Finds out what keeps an object from being ready: its pods' states, and the warnings among the events. */
import { KubeObject, at, count, isMap, list, map, nameOf, namespaceOf, text } from "../objects";
import { Verdict } from "./verdict";
import type { Wait } from "./wait";
import { podReasons } from "./workloads";

const MOST = 10;

/** The verdict's reasons and, after a failure, what pods and events say. Finding nothing is not a failure of its own. */
export async function explainWait(object: KubeObject, { reasons }: Verdict, wait: Wait): Promise<readonly string[]> {
    if (reasons.length === 0) {
        return reasons;
    }
    const pods = (await look(wait, "pods", podSelector(object))).filter((pod) => !isReady(pod));
    const about = new Set([object, ...pods].map(nameOf));
    const events = (await look(wait, "events", undefined)).filter(
        (event) => event["type"] === "Warning" && about.has(text(event, "involvedObject", "name")),
    );
    const told = [...reasons, ...pods.flatMap(podReasons), ...events.map(eventReason)];
    return [...new Set(told)].slice(0, MOST);

    async function look(
        { connection, cancelled }: Wait,
        plural: string,
        selector: string | undefined,
    ): Promise<KubeObject[]> {
        const namespace = namespaceOf(object);
        if (!namespace || cancelled.aborted || selector === "") {
            return [];
        }
        try {
            const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${plural}`;
            const query = { labelSelector: selector, limit: 500 };
            return list(
                await connection.client.request({ method: "GET", path, query, timeoutMs: 5000 }),
                "items",
            ).filter(isMap);
        } catch {
            return [];
        }
    }
}

/** Selects a workload's pods; empty where the object has none. */
function podSelector(object: KubeObject): string {
    const labels = map(object, "spec", "selector", "matchLabels");
    return Object.keys(labels)
        .map((key) => `${key}=${text(labels, key)}`)
        .join(",");
}

function isReady(pod: KubeObject): boolean {
    const ready = list(pod, "status", "conditions").find((each) => at(each, "type") === "Ready");
    return at(ready, "status") === "True";
}

function eventReason(event: KubeObject): string {
    const times = count(event, "count");
    const who = `${text(event, "involvedObject", "kind")} ${text(event, "involvedObject", "name")}`;
    return `event on ${who}: ${text(event, "reason")}: ${text(event, "message")}${times > 1 ? ` (${times} times)` : ""}`;
}
