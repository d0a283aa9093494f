/** The paths at which the lab keeps things. Everything of a site is below one folder, so that `down --delete` is one removal. */
import * as path from "node:path";
import { AUDIT_FILE } from "../infra/conventions/audit";
import { operatorKubeconfig } from "../toolchain/cli/environment";

export function labDirectory(home: string): string {
    return path.join(home, "lab");
}

export class SitePaths {
    readonly directory: string;
    /** The administrator's, of `system:masters`: the lab's own, and a person's who looks. */
    readonly kubeconfig: string;
    /** That of `pulumi up`. */
    readonly operatorKubeconfig: string;
    readonly ports: string;
    /** What the site was made with and cannot change. */
    readonly foundation: string;
    /** Key that encrypts the Secrets in etcd. */
    readonly encryption: string;
    readonly logs: string;
    /** Folder of the API server's audit log, which a machine of a control plane has at `AUDIT_FOLDER`; the log, and the rules for it. */
    readonly audit: string;
    readonly auditLog: string;
    readonly auditPolicy: string;
    /** The limits that the API server applies to pods in a namespace that sets none. */
    readonly admission: string;
    readonly run: string;
    readonly pki: string;
    /** Certificates of the authorities whose clients the API server accepts. */
    readonly clients: string;
    /** Key that verifies ServiceAccount tokens. */
    readonly serviceAccountPublicKey: string;
    readonly config: string;
    readonly etcdData: string;
    readonly lock: string;
    /** Configuration of the API server's way to its nodes. */
    readonly egress: string;
    /** Sockets of the relay between the site's network and the host: lab/nodes/network.ts. */
    readonly egressSocket: string;
    readonly apiSocket: string;
    /** Configuration and data of the site's registry of images. */
    readonly registryConfig: string;
    readonly images: string;

    constructor(
        readonly home: string,
        readonly site: string,
    ) {
        this.directory = path.join(labDirectory(home), site);
        const below = (name: string): string => path.join(this.directory, name);
        this.kubeconfig = below("kubeconfig");
        this.operatorKubeconfig = operatorKubeconfig(home, site);
        this.ports = below("ports.json");
        this.foundation = below("foundation.json");
        this.encryption = below("encryption.yaml");
        this.logs = below("logs");
        this.audit = below("audit");
        this.auditLog = path.join(this.audit, AUDIT_FILE);
        this.run = below("run");
        this.pki = below("pki");
        this.serviceAccountPublicKey = path.join(this.pki, "service-account.pub");
        this.clients = path.join(this.pki, "clients.crt");
        this.config = below("config");
        this.etcdData = below("etcd");
        this.auditPolicy = path.join(this.config, "audit.yaml");
        this.admission = path.join(this.config, "admission.yaml");
        this.egress = path.join(this.config, "egress.yaml");
        this.egressSocket = path.join(this.run, "egress.sock");
        this.registryConfig = path.join(this.config, "registry.yaml");
        this.images = below("images");
        this.apiSocket = path.join(this.run, "api.sock");
        // It is beside the site's folder, so that it outlives `down --delete`.
        this.lock = path.join(labDirectory(home), ".locks", site);
    }

    /** Key and certificate in one file: one rename replaces both, so a kill can never leave a pair that does not match. */
    pem(name: string): string {
        return path.join(this.pki, `${name}.pem`);
    }
    /** The certificate alone, for programs that verify. */
    certificate(name: string): string {
        return path.join(this.pki, `${name}.crt`);
    }
    log(part: string): string {
        return path.join(this.logs, `${part}.log`);
    }
    record(part: string): string {
        return path.join(this.run, `${part}.json`);
    }
    /** The data and the configuration of a machine. */
    machine(node: string): string {
        return path.join(this.directory, "machines", node);
    }
    kubeconfigOf(part: string): string {
        return path.join(this.config, `${part}.kubeconfig`);
    }
}
