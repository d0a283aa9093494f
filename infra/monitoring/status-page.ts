import { Service } from "@pulumi/kubernetes/core/v1/service";
import type { input } from "@pulumi/kubernetes/types";
import * as pulumi from "@pulumi/pulumi";
import { PROMETHEUS_SELECTOR, STATUS_PAGE, WATCHER_SECRET } from "../conventions/monitoring";
import type { Labels } from "../conventions/names";
import { type Handed, allies } from "../edge/allies";
import { certificate } from "../keys/certificate";
import type { Issuer } from "../keys/cross-stack-secrets";
import type { AuthorityPlan, Validity } from "../keys/plan-authority";
import { AUTHORITY } from "../keys/plan-cert-manager";
import { createRoot } from "../keys/root";
import { agentContainer } from "../kubernetes/agent";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import { type Ingress, range, tcp } from "../kubernetes/network-policy";
import { KEY_MODE, listening } from "../kubernetes/workload";
import { STATUS_PAGE_PORT, type StatusPagePlan } from "./plan-status-page";

export interface StatusPageArgs {
    readonly page: StatusPagePlan;
    readonly image: string;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Labels;
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    readonly authority: Pick<AuthorityPlan, "intermediate" | "leaf">;
}

/** What persons on duty are told. */
export interface StatusPageAddress {
    readonly url: string;
    /** PEM of the authority behind its certificate. */
    readonly authority: pulumi.Output<string>;
    /** By name of the certificate, `duty-1`; secret. */
    readonly viewers: pulumi.Output<Record<string, Handed>>;
}

export interface StatusPage {
    readonly container: input.core.v1.Container;
    readonly volumes: input.core.v1.Volume[];
    readonly address: StatusPageAddress;
}

const FOLDER = { server: "/etc/embassy/status-page", watcher: "/etc/embassy/watcher" } as const;
const PORT_NAME = "status-page";

/** Who is let in to the page, from outside. */
export function viewersOf({ networks }: StatusPagePlan): Ingress {
    const [first, ...others] = networks;
    return { from: [range(first), ...others.map(range)], ports: tcp(STATUS_PAGE_PORT) };
}

/**
 * The status page, as a container beside Prometheus, which it asks inside their pod: it needs no way to anywhere. Its viewers have an
 * authority of their own, so that what they show opens nothing else.
 */
export function statusPage(name: string, args: StatusPageArgs, opts: pulumi.CustomResourceOptions): StatusPage {
    const { page, image, namespace, labels, issuer, validity, authority } = args;
    const rootArgs = { commonName: "Data Embassy status page", validity: authority.intermediate };
    const root = createRoot(`${name}-authority`, rootArgs, { ...opts, ...PROTECTED });
    const own = pulumi.output({ ...root, rootPem: root.certPem });
    const certificates = { certificates: page.certificates, issuer: own, validity: authority.leaf };
    const { handed, admitted } = allies(`${name}-viewer`, certificates, opts);
    const served = { secret: `${STATUS_PAGE}-tls`, commonName: STATUS_PAGE, dnsNames: [page.host] };
    const tls = certificate(
        `${name}-tls`,
        { namespace, labels, authority: AUTHORITY.site, issuer, validity, ...served },
        opts,
    );
    new Service(
        `${name}-service`,
        {
            metadata: metadata(STATUS_PAGE, labels, namespace, NOT_AWAITED),
            spec: {
                clusterIP: page.address,
                selector: PROMETHEUS_SELECTOR,
                ports: [{ name: "https", port: 443, targetPort: STATUS_PAGE_PORT, protocol: "TCP" }],
            },
        },
        opts,
    );
    const folders = Object.entries(FOLDER).map(([folder, mountPath]) => ({
        name: `${STATUS_PAGE}-${folder}`,
        mountPath,
        readOnly: true,
    }));
    const secrets = { server: tls, watcher: WATCHER_SECRET };
    return {
        container: {
            ...agentContainer(STATUS_PAGE, {
                image,
                resources: page,
                settings: {
                    PORT: STATUS_PAGE_PORT,
                    CERTIFICATE: FOLDER.server,
                    SITE: page.site,
                    WATCHER: FOLDER.watcher,
                    ADMITTED: admitted,
                    VIEWERS_AUTHORITY: root.certPem,
                },
                mounts: folders,
            }),
            ports: [{ name: PORT_NAME, containerPort: STATUS_PAGE_PORT, protocol: "TCP" }],
            ...listening(PORT_NAME),
        },
        volumes: Object.entries(secrets).map(([folder, secretName]) => ({
            name: `${STATUS_PAGE}-${folder}`,
            secret: { secretName, defaultMode: KEY_MODE },
        })),
        address: { url: `https://${page.host}`, authority: issuer.rootPem, viewers: handed },
    };
}
