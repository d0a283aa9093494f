import type * as pulumi from "@pulumi/pulumi";
import { PROMETHEUS, PROMETHEUS_PORT, PROMETHEUS_SELECTOR } from "../conventions/monitoring";
import { PROGRAM } from "../conventions/programs";
import { AGENT_USER } from "../conventions/users";
import { agentContainer } from "../kubernetes/agent";
import { PRIORITY } from "../kubernetes/priority";
import { spreadAmong } from "../kubernetes/spread";
import { KEY_MODE, apiToken, guaranteed, hardenedContainer, hardenedPod, listening } from "../kubernetes/workload";
import { EXPORTER_PORT, FOLDER } from "./configuration";
import type { MonitoringPlan } from "./plan";
import type { StatusPage } from "./status-page";

export interface PodArgs {
    readonly plan: MonitoringPlan;
    readonly serviceAccount: pulumi.Input<string>;
    /** The Secret with the certificate with which it serves and asks. */
    readonly certificate: pulumi.Input<string>;
    /** The ConfigMap with its files. */
    readonly files: pulumi.Input<string>;
    readonly page: StatusPage | undefined;
}

const HTTPS = "https";

/** Prometheus, and beside it the exporter, which alone has the pod's identity in the API, and which only Prometheus reaches. */
export function podSpec({ plan, serviceAccount, certificate, files, page }: PodArgs): ReturnType<typeof hardenedPod> {
    const { server, exporter } = plan;
    return hardenedPod(AGENT_USER, {
        serviceAccountName: serviceAccount,
        priorityClassName: PRIORITY.service.name,
        topologySpreadConstraints: spreadAmong(plan.spread, PROMETHEUS_SELECTOR),
        containers: [
            hardenedContainer({
                name: PROMETHEUS,
                image: plan.image,
                command: [
                    PROGRAM.prometheus,
                    `--config.file=${FOLDER.files}/prometheus.yml`,
                    `--web.config.file=${FOLDER.files}/web.yml`,
                    `--web.listen-address=0.0.0.0:${PROMETHEUS_PORT}`,
                    `--storage.tsdb.path=${FOLDER.data}`,
                ],
                ports: [{ name: HTTPS, containerPort: PROMETHEUS_PORT, protocol: "TCP" }],
                resources: guaranteed(server.cpu, server.memory),
                ...listening(HTTPS),
                volumeMounts: [
                    { name: "data", mountPath: FOLDER.data },
                    { name: "files", mountPath: FOLDER.files, readOnly: true },
                    { name: "certificate", mountPath: FOLDER.certificate, readOnly: true },
                ],
            }),
            agentContainer("exporter", {
                image: plan.agentsImage,
                resources: exporter,
                settings: { PORT: EXPORTER_PORT, ROLE: plan.role },
                mounts: [apiToken.mount],
            }),
            ...(page ? [page.container] : []),
        ],
        volumes: [
            { name: "files", configMap: { name: files } },
            { name: "certificate", secret: { secretName: certificate, defaultMode: KEY_MODE } },
            apiToken.volume,
            ...(page?.volumes ?? []),
        ],
    });
}
