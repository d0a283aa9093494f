/** The parts of a site's control plane and their configuration. */
import { stringify } from "yaml";
import { ADMISSION, hardening } from "../infra/cluster/control-plane/api-server";
import { AUDIT_POLICY } from "../infra/cluster/control-plane/audit";
import { EVICTION } from "../infra/cluster/control-plane/controller-manager";
import { kubeletClient } from "../infra/cluster/control-plane/kubelet";
import { goMemory } from "./go-memory";
import { NetworkInventory, SiteInventory } from "./inventory";
import { Part, PartName } from "./part";
import { SitePaths } from "./paths";
import { Ports } from "./ports";
import { FAKE_NODE_SELECTOR, kwokConfiguration } from "./stages";

const HOST = "127.0.0.1";

export function apiServerUrl(ports: Ports): string {
    return `https://${HOST}:${ports["kube-apiserver"]}`;
}

export interface ControlPlane {
    readonly parts: Record<PartName, Part>;
    /** Configuration files, path → content. */
    readonly files: Readonly<Record<string, string>>;
}

export function controlPlane(paths: SitePaths, inventory: SiteInventory, ports: Ports): ControlPlane {
    const schedulerConfig = `${paths.config}/kube-scheduler.yaml`;
    const kwokConfig = `${paths.config}/kwok.yaml`;
    return {
        parts: {
            etcd: etcd(paths, ports),
            "kube-apiserver": apiServer(paths, inventory, ports),
            "kube-controller-manager": controllerManager(paths, inventory, ports),
            "kube-scheduler": scheduler(paths, ports, schedulerConfig),
            kwok: kwok(paths, ports, kwokConfig),
        },
        files: {
            [schedulerConfig]: stringify({
                apiVersion: "kubescheduler.config.k8s.io/v1",
                kind: "KubeSchedulerConfiguration",
                clientConnection: { kubeconfig: paths.kubeconfigOf("kube-scheduler") },
                // There is only one scheduler: an election would only end it whenever the API server restarts.
                leaderElection: { leaderElect: false },
                enableProfiling: false,
            }),
            [kwokConfig]: kwokConfiguration(),
            [paths.auditPolicy]: stringify(AUDIT_POLICY),
            [paths.admission]: stringify(ADMISSION),
            ...(inventory.network && { [paths.egress]: egressSelection(paths) }),
        },
    };
}

function etcd(paths: SitePaths, ports: Ports): Part {
    const pem = paths.pem("etcd");
    const authority = paths.certificate("etcd-ca");
    const client = `https://${HOST}:${ports.etcd}`;
    const peer = `https://${HOST}:${ports["etcd-peer"]}`;
    return {
        name: "etcd",
        port: ports.etcd,
        args: [
            `--name=${paths.site}`,
            `--data-dir=${paths.etcdData}`,
            `--listen-client-urls=${client}`,
            `--advertise-client-urls=${client}`,
            `--listen-peer-urls=${peer}`,
            `--initial-advertise-peer-urls=${peer}`,
            `--initial-cluster=${paths.site}=${peer}`,
            `--cert-file=${pem}`,
            `--key-file=${pem}`,
            `--trusted-ca-file=${authority}`,
            "--client-cert-auth",
            `--peer-cert-file=${pem}`,
            `--peer-key-file=${pem}`,
            `--peer-trusted-ca-file=${authority}`,
            "--peer-client-cert-auth",
            "--tls-min-version=TLS1.3",
            "--log-level=warn",
        ],
        env: goMemory(192),
        reads: [pem, authority],
    };
}

function apiServer(paths: SitePaths, inventory: SiteInventory, ports: Ports): Part {
    const pem = paths.pem("kube-apiserver");
    const etcdClient = paths.pem("apiserver-etcd-client");
    const serviceAccount = paths.pem("service-account");
    return {
        name: "kube-apiserver",
        port: ports["kube-apiserver"],
        args: [
            `--bind-address=${HOST}`,
            `--secure-port=${ports["kube-apiserver"]}`,
            UNPUBLISHED,
            ...(inventory.network ? reachable(paths, inventory.network) : UNREACHABLE),
            `--tls-cert-file=${pem}`,
            `--tls-private-key-file=${pem}`,
            `--client-ca-file=${paths.clients}`,
            ...hardening(paths),
            `--etcd-servers=https://${HOST}:${ports.etcd}`,
            `--etcd-cafile=${paths.certificate("etcd-ca")}`,
            `--etcd-certfile=${etcdClient}`,
            `--etcd-keyfile=${etcdClient}`,
            `--service-account-issuer=https://kubernetes.default.svc.${inventory.clusterDomain}`,
            `--service-account-key-file=${paths.serviceAccountPublicKey}`,
            `--service-account-signing-key-file=${serviceAccount}`,
            `--service-cluster-ip-range=${inventory.serviceCidr}`,
        ],
        env: goMemory(512),
        reads: [
            pem,
            etcdClient,
            ...(inventory.network ? [paths.pem("apiserver-kubelet-client")] : []),
            serviceAccount,
            paths.encryption,
            paths.auditPolicy,
            paths.admission,
            paths.clients,
            paths.certificate("ca"),
            paths.certificate("etcd-ca"),
        ],
    };
}

/**
 * The server would tell pods the port at which it listens on the host. Pods of a real node find it at another address (objects.ts); no
 * simulated pod asks, and a loopback address cannot be published.
 */
const UNPUBLISHED = "--endpoint-reconciler-type=none";
const UNREACHABLE = [`--advertise-address=${HOST}`];

/** Pods reach the server at the site's gateway, and it reaches their kubelets through the relay there: lab/nodes. */
function reachable(paths: SitePaths, { gateway }: NetworkInventory): string[] {
    return [
        `--advertise-address=${gateway}`,
        `--egress-selector-config-file=${paths.egress}`,
        `--kubelet-certificate-authority=${paths.certificate("ca")}`,
        ...kubeletClient(paths.pem("apiserver-kubelet-client")),
        "--kubelet-preferred-address-types=InternalIP",
    ];
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/ */
function egressSelection(paths: SitePaths): string {
    const uds = { udsName: paths.egressSocket };
    return stringify({
        apiVersion: "apiserver.k8s.io/v1beta1",
        kind: "EgressSelectorConfiguration",
        egressSelections: [
            { name: "cluster", connection: { proxyProtocol: "HTTPConnect", transport: { uds } } },
            { name: "controlplane", connection: { proxyProtocol: "Direct" } },
            { name: "etcd", connection: { proxyProtocol: "Direct" } },
        ],
    });
}

function controllerManager(paths: SitePaths, inventory: SiteInventory, ports: Ports): Part {
    const pem = paths.pem("kube-controller-manager");
    const kubeconfig = paths.kubeconfigOf("kube-controller-manager");
    const serviceAccount = paths.pem("service-account");
    return {
        name: "kube-controller-manager",
        port: ports["kube-controller-manager"],
        args: [
            ...delegatedServing(ports["kube-controller-manager"], pem, kubeconfig),
            `--kubeconfig=${kubeconfig}`,
            "--leader-elect=false",
            `--cluster-name=${paths.site}`,
            // A node takes pods once this loop has seen it ready; at the default of 5 s most of a start would be spent waiting.
            "--node-monitor-period=1s",
            ...EVICTION,
            "--allocate-node-cidrs",
            `--cluster-cidr=${inventory.podCidr}`,
            `--service-cluster-ip-range=${inventory.serviceCidr}`,
            `--root-ca-file=${paths.certificate("ca")}`,
            `--cluster-signing-cert-file=${paths.pem("ca")}`,
            `--cluster-signing-key-file=${paths.pem("ca")}`,
            `--service-account-private-key-file=${serviceAccount}`,
            "--use-service-account-credentials",
            "--profiling=false",
        ],
        env: goMemory(192),
        reads: [pem, kubeconfig, serviceAccount, paths.pem("ca")],
    };
}

function scheduler(paths: SitePaths, ports: Ports, config: string): Part {
    const pem = paths.pem("kube-scheduler");
    const kubeconfig = paths.kubeconfigOf("kube-scheduler");
    return {
        name: "kube-scheduler",
        port: ports["kube-scheduler"],
        args: [...delegatedServing(ports["kube-scheduler"], pem, kubeconfig), `--config=${config}`],
        env: goMemory(64),
        reads: [pem, kubeconfig, config],
    };
}

/** Serving flags of a component that lets the API server decide who may ask it. */
function delegatedServing(port: number, pem: string, kubeconfig: string): string[] {
    return [
        `--bind-address=${HOST}`,
        `--secure-port=${port}`,
        `--tls-cert-file=${pem}`,
        `--tls-private-key-file=${pem}`,
        "--tls-min-version=VersionTLS13",
        `--authentication-kubeconfig=${kubeconfig}`,
        `--authorization-kubeconfig=${kubeconfig}`,
    ];
}

function kwok(paths: SitePaths, ports: Ports, config: string): Part {
    const pem = paths.pem("kwok");
    const kubeconfig = paths.kubeconfigOf("kwok");
    return {
        name: "kwok",
        port: ports.kwok,
        args: [
            `--config=${config}`,
            `--kubeconfig=${kubeconfig}`,
            `--manage-nodes-with-annotation-selector=${FAKE_NODE_SELECTOR}`,
            "--v=WARN",
            `--server-address=${HOST}:${ports.kwok}`,
            `--tls-cert-file=${pem}`,
            `--tls-private-key-file=${pem}`,
        ],
        env: goMemory(64),
        reads: [pem, kubeconfig, config],
    };
}
