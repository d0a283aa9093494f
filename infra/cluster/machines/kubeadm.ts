/** What kubeadm is told on each machine, in the terms of Cluster API. https://cluster-api.sigs.k8s.io/tasks/bootstrap/kubeadm-bootstrap/ */
import { dirname } from "node:path/posix";
import { ADMISSION, type ApiServerFiles, hardening } from "../control-plane/api-server";
import { AUDIT_POLICY } from "../control-plane/audit";
import { EVICTION } from "../control-plane/controller-manager";

const ETC = "/etc/kubernetes";
const FILES: ApiServerFiles = {
    admission: `${ETC}/admission.json`,
    auditPolicy: `${ETC}/audit-policy.json`,
    auditLog: "/var/log/kubernetes/audit.log",
    encryption: `${ETC}/encryption.yaml`,
};
const PATCHES = `${ETC}/patches`;
const DISCOVERY = `${ETC}/discovery.conf`;

/** Whom API servers believe who a client is: the cluster's own authority, as kubeadm has it, and that of those who break the glass. Kubelets believe the first alone. */
const CLIENTS = { own: `${ETC}/pki/ca.crt`, breakGlass: `${ETC}/break-glass.crt`, both: `${ETC}/pki/clients.crt` };

/** Secrets of the namespace that are put there by hand: one key, the file. They hold credentials, and are in no stack. */
const SECRET = { encryption: "encryption-configuration", discovery: "discovery-kubeconfig" } as const;

/** Below the site's own registry. */
const IMAGES = "kubernetes";

/** An image of Kubernetes itself, as kubeadm names it. */
export function kubernetesImage(imageRegistry: string, part: string, release: string): string {
    return `${imageRegistry}/${IMAGES}/${part}:${release}`;
}

/** Nobody is let in without a name, so that kubelets cannot ask how the server is, as they do by default: they look whether it takes connections. */
const PROBE = { httpGet: null, tcpSocket: { port: "probe-port" } };
const PROBES = {
    spec: {
        containers: [{ name: "kube-apiserver", livenessProbe: PROBE, readinessProbe: PROBE, startupProbe: PROBE }],
    },
};

/** @param breakGlass certificate of the authority of those who break the glass, PEM; undefined where there is none */
export function controlPlaneConfig(imageRegistry: string, breakGlass: string | undefined): Record<string, unknown> {
    const joining = { patches: { directory: PATCHES }, ...node };
    return {
        clusterConfiguration: {
            imageRepository: `${imageRegistry}/${IMAGES}`,
            apiServer: {
                extraArgs: namedArguments([
                    ...hardening(FILES),
                    // Below kubeadm's own folder, which the server sees.
                    ...(breakGlass === undefined ? [] : [`--client-ca-file=${CLIENTS.both}`]),
                ]),
                extraVolumes: [
                    { name: "admission", ...mounted(FILES.admission), readOnly: true, pathType: "File" },
                    { name: "audit-policy", ...mounted(FILES.auditPolicy), readOnly: true, pathType: "File" },
                    { name: "audit-log", ...mounted(dirname(FILES.auditLog)), pathType: "DirectoryOrCreate" },
                    { name: "encryption", ...mounted(FILES.encryption), readOnly: true, pathType: "File" },
                ],
            },
            controllerManager: { extraArgs: namedArguments(EVICTION) },
        },
        files: [
            { ...file(FILES.admission), content: JSON.stringify(ADMISSION) },
            { ...file(FILES.auditPolicy), content: JSON.stringify(AUDIT_POLICY) },
            { ...file(`${PATCHES}/kube-apiserver0+strategic.json`), content: JSON.stringify(PROBES) },
            secretFile(FILES.encryption, SECRET.encryption),
            secretFile(DISCOVERY, SECRET.discovery),
            ...(breakGlass === undefined ? [] : [{ ...file(CLIENTS.breakGlass), content: breakGlass }]),
        ],
        // Cluster API has put the cluster's authority there by then.
        ...(breakGlass !== undefined && {
            preKubeadmCommands: [`cat ${CLIENTS.own} ${CLIENTS.breakGlass} > ${CLIENTS.both}`],
        }),
        initConfiguration: joining,
        joinConfiguration: { discovery, ...joining },
    };
}

export function workerConfig(): Record<string, unknown> {
    return { files: [secretFile(DISCOVERY, SECRET.discovery)], joinConfiguration: { discovery, ...node } };
}

/** A node has its host's name: disks and racks are found by it. Metal3 puts it there as cloud-init starts. */
const node = { nodeRegistration: { name: "{{ ds.meta_data.local_hostname }}" } };

/** With a credential: kubeadm's default, a token, has the joining machine ask without a name first. */
const discovery = { file: { kubeConfigPath: DISCOVERY } };

/** `--name=value` as kubeadm has it. */
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
