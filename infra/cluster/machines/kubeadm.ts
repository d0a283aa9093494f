/** What kubeadm is told on each machine, in the terms of Cluster API. https://cluster-api.sigs.k8s.io/tasks/bootstrap/kubeadm-bootstrap/ */
import { AUDIT_FILE, AUDIT_FOLDER, AUDIT_SENT } from "../../conventions/audit";
import { AGENT_USER } from "../../conventions/users";
import { API_SERVER_PORT } from "../../networking/addresses";
import { type Opening, machineFilter } from "../../networking/packet-filter";
import { operatorObjects } from "../access/plan-operator";
import { ADMISSION, type ApiServerFiles, hardening } from "../control-plane/api-server";
import { AUDIT_POLICY } from "../control-plane/audit";
import { EVICTION } from "../control-plane/controller-manager";
import { KUBELET_PORT, kubeletAccess, kubeletClient } from "../control-plane/kubelet";
import { type EncryptedDisks, TANG_PORT, diskServer, encryptedDisks } from "./encrypted-disks";

const ETC = "/etc/kubernetes";
const FILES: ApiServerFiles = {
    admission: `${ETC}/admission.json`,
    auditPolicy: `${ETC}/audit-policy.json`,
    auditLog: `${AUDIT_FOLDER}/${AUDIT_FILE}`,
    encryption: `${ETC}/encryption.yaml`,
};
/** The rights of `pulumi up`, which it cannot give itself: each new control plane gives them, with the credentials that kubeadm writes there. */
const OPERATOR_FILE = `${ETC}/operator.json`;
const GIVES_RIGHTS = `kubectl --kubeconfig ${ETC}/admin.conf apply --server-side --force-conflicts --field-manager kubeadm --filename ${OPERATOR_FILE}`;
const PATCHES = `${ETC}/patches`;
const DISCOVERY = `${ETC}/discovery.conf`;

/**
 * Authorities whose client certificates API servers accept: the cluster's own, which kubeadm creates, and that of break-glass certificates.
 * Kubelets accept neither.
 */
const CLIENTS = { own: `${ETC}/pki/ca.crt`, breakGlass: `${ETC}/break-glass.crt`, both: `${ETC}/pki/clients.crt` };

/**
 * The authority that kubelets trust, and the certificate that API servers show them, which is below kubeadm's own folder, where the server
 * sees it.
 */
const KUBELET = { clients: `${ETC}/kubelet-clients.crt`, client: `${ETC}/pki/kubelet-client.pem` };

/** Secrets of the namespace that are created by hand, each with one key, the file. They hold credentials, and are in no stack. */
const SECRET = {
    encryption: "encryption-configuration",
    discovery: "discovery-kubeconfig",
    kubeletClients: "kubelet-clients",
    kubeletClient: "kubelet-client",
} as const;

/** Path of Kubernetes' images below the site's own registry. */
const IMAGES = "kubernetes";

/** An image of Kubernetes itself, as kubeadm names it. */
export function kubernetesImage(imageRegistry: string, part: string, release: string): string {
    return `${imageRegistry}/${IMAGES}/${part}:${release}`;
}

/**
 * Anonymous requests are refused, so that kubelets cannot ask for the server's health as they do by default. They check whether it accepts
 * connections.
 */
const PROBE = { httpGet: null, tcpSocket: { port: "probe-port" } };
const PROBES = {
    spec: {
        containers: [{ name: "kube-apiserver", livenessProbe: PROBE, readinessProbe: PROBE, startupProbe: PROBE }],
    },
};

/** The file that the machine's own nftables service loads at each start. */
const FILTER = "/etc/nftables.conf";
const FILTERED = ["systemctl enable nftables", `nft --file ${FILTER}`];

/** Ports of etcd for its clients and its members: https://kubernetes.io/docs/reference/networking/ports-and-protocols/ */
const ETCD_PORTS = [2379, 2380];

/** Files of a machine: the patch for its kubelet's configuration, and its packet filter. @param openings besides the kubelet's own port */
function machineFiles(apiServers: readonly string[], openings: readonly Opening[]): Record<string, unknown>[] {
    const kubelet = { ports: [KUBELET_PORT], from: apiServers };
    return [
        {
            ...file(`${PATCHES}/kubeletconfiguration0+strategic.json`),
            content: JSON.stringify(kubeletAccess(KUBELET.clients)),
        },
        { ...file(FILTER), content: machineFilter([kubelet, ...openings]) },
        secretFile(KUBELET.clients, SECRET.kubeletClients),
    ];
}

/**
 * The agent that stores the audit log elsewhere reads it by its group, which API servers keep as they rotate the file, and writes in a folder
 * of its own.
 */
const AUDITED = [
    `install -d -m 0750 -g ${AGENT_USER.gid} ${AUDIT_FOLDER}`,
    `install -d -m 0700 -o ${AGENT_USER.uid} -g ${AGENT_USER.gid} ${AUDIT_FOLDER}/${AUDIT_SENT}`,
    `[ -e ${FILES.auditLog} ] || install -m 0640 -g ${AGENT_USER.gid} /dev/null ${FILES.auditLog}`,
];

export interface ControlPlaneOptions {
    readonly imageRegistry: string;
    /** IPv4 addresses from which API servers ask: {@link apiServerAddresses}. */
    readonly apiServers: readonly string[];
    readonly disks: EncryptedDisks;
    /** CIDR of the site's machines. */
    readonly nodes: string;
    /** Certificate of the authority that signs break-glass certificates, PEM; undefined where there is none. */
    readonly breakGlass: string | undefined;
}

export function controlPlaneConfig({
    imageRegistry,
    apiServers,
    disks,
    nodes,
    breakGlass,
}: ControlPlaneOptions): Record<string, unknown> {
    const [encrypted, server] = [encryptedDisks(disks), diskServer()];
    return {
        clusterConfiguration: {
            imageRepository: `${imageRegistry}/${IMAGES}`,
            apiServer: {
                extraArgs: namedArguments([
                    ...hardening(FILES),
                    ...kubeletClient(KUBELET.client),
                    // This file is below kubeadm's own folder, which the server sees.
                    ...(breakGlass === undefined ? [] : [`--client-ca-file=${CLIENTS.both}`]),
                ]),
                extraVolumes: [
                    { name: "admission", ...mounted(FILES.admission), readOnly: true, pathType: "File" },
                    { name: "audit-policy", ...mounted(FILES.auditPolicy), readOnly: true, pathType: "File" },
                    { name: "audit-log", ...mounted(AUDIT_FOLDER), pathType: "DirectoryOrCreate" },
                    { name: "encryption", ...mounted(FILES.encryption), readOnly: true, pathType: "File" },
                ],
            },
            controllerManager: { extraArgs: namedArguments(EVICTION) },
        },
        files: [
            ...encrypted.files,
            ...server.files,
            { ...file(FILES.admission), content: JSON.stringify(ADMISSION) },
            {
                ...file(OPERATOR_FILE),
                content: JSON.stringify({ apiVersion: "v1", kind: "List", items: operatorObjects() }),
            },
            { ...file(FILES.auditPolicy), content: JSON.stringify(AUDIT_POLICY) },
            { ...file(`${PATCHES}/kube-apiserver0+strategic.json`), content: JSON.stringify(PROBES) },
            ...machineFiles(apiServers, [
                { ports: [API_SERVER_PORT] },
                { ports: ETCD_PORTS, from: apiServers },
                { ports: [TANG_PORT], from: [nodes] },
            ]),
            secretFile(KUBELET.client, SECRET.kubeletClient),
            secretFile(FILES.encryption, SECRET.encryption),
            secretFile(DISCOVERY, SECRET.discovery),
            ...(breakGlass === undefined ? [] : [{ ...file(CLIENTS.breakGlass), content: breakGlass }]),
        ],
        preKubeadmCommands: [
            ...FILTERED,
            ...encrypted.commands,
            ...server.commands,
            ...AUDITED,
            // Cluster API has written the cluster's authority there by then.
            ...(breakGlass === undefined ? [] : [`cat ${CLIENTS.own} ${CLIENTS.breakGlass} > ${CLIENTS.both}`]),
        ],
        postKubeadmCommands: [GIVES_RIGHTS],
        initConfiguration: joining,
        joinConfiguration: { discovery, ...joining },
    };
}

/** @param apiServers IPv4 addresses from which API servers ask */
export function workerConfig(apiServers: readonly string[], disks: EncryptedDisks): Record<string, unknown> {
    const encrypted = encryptedDisks(disks);
    return {
        files: [...encrypted.files, ...machineFiles(apiServers, []), secretFile(DISCOVERY, SECRET.discovery)],
        preKubeadmCommands: [...FILTERED, ...encrypted.commands],
        joinConfiguration: { discovery, ...joining },
    };
}

/**
 * A node has its host's name, by which disks and racks are found. Metal3 provides it when cloud-init starts. What kubeadm writes for
 * kubelets and control planes is patched before they start.
 */
const joining = {
    patches: { directory: PATCHES },
    nodeRegistration: { name: "{{ ds.meta_data.local_hostname }}" },
};

/** Discovery uses a credential: with kubeadm's default, a token, the joining machine would first ask anonymously. */
const discovery = { file: { kubeConfigPath: DISCOVERY } };

/** Turns `--name=value` into the form that kubeadm takes. */
function namedArguments(flags: readonly string[]): { readonly name: string; readonly value: string }[] {
    return flags.map((flag) => {
        const [, name = "", value = ""] = /^--([^=]+)=(.*)$/s.exec(flag) ?? [];
        return { name, value };
    });
}

function mounted(path: string): { readonly hostPath: string; readonly mountPath: string } {
    return { hostPath: path, mountPath: path };
}

function file(path: string): { readonly path: string; readonly owner: string; readonly permissions: string } {
    return { path, owner: "root:root", permissions: "0600" };
}

function secretFile(path: string, name: string): Record<string, unknown> {
    return { ...file(path), contentFrom: { secret: { name, key: "value" } } };
}
