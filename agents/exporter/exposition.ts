/** Samples as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import { Gauge, Registry } from "prom-client";
import { METRICS, type Metric } from "../../infra/conventions/monitoring";
import type { Sample } from "./samples";

/** @returns the text, and its content type */
export async function exposition(
    samples: readonly Sample[],
): Promise<{ readonly text: string; readonly type: string }> {
    // Each answer is made anew, so that nothing stays of an object that is gone.
    const registry = new Registry();
    const gauges = new Map(
        (Object.keys(METRICS) as Metric[]).map((name) => {
            const { help, labels } = METRICS[name];
            return [name, new Gauge<string>({ name, help, labelNames: [...labels], registers: [registry] })];
        }),
    );
    for (const { metric, labels, value } of samples) {
        gauges.get(metric)?.set(labels, value);
    }
    return { text: await registry.metrics(), type: registry.contentType };
}
