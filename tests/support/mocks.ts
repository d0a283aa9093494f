/** A Pulumi engine that creates nothing, and refuses what it has not been told of. */
import * as pulumi from "@pulumi/pulumi";
import { REGISTRIES } from "../../infra/config/registries";

type Inputs = Record<string, unknown>;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A secret as it travels to and from the engine. */
export function secret(value: unknown): unknown {
    return { [SIGNATURE]: SECRET, value };
}

export function isSecret(value: unknown): value is { value: unknown } {
    return typeof value === "object" && value !== null && (value as Inputs)[SIGNATURE] === SECRET;
}

const handover = (site: string): unknown => ({
    issuer: { keyPem: `key of ${site}`, certPem: `cert of ${site}`, rootPem: "root" },
    registries: Object.fromEntries(REGISTRIES.map((name) => [name, `secret of ${name}`])),
});

/** What each type adds to its inputs. A kind of Kubernetes adds nothing that the program reads. */
const OUTPUTS: Readonly<Record<string, (inputs: Inputs, name: string) => Inputs>> = {
    "random:index/randomPassword:RandomPassword": (_, name) => ({ result: secret(`password ${name}`) }),
    "tls:index/privateKey:PrivateKey": (_, name) => ({
        privateKeyPem: secret(`key ${name}\n`),
        publicKeyPem: `public ${name}\n`,
    }),
    "tls:index/certRequest:CertRequest": (_, name) => ({ certRequestPem: `request ${name}\n` }),
    "tls:index/selfSignedCert:SelfSignedCert": (_, name) => ({ certPem: `certificate ${name}\n` }),
    "tls:index/locallySignedCert:LocallySignedCert": (_, name) => ({ certPem: `certificate ${name}\n` }),
    "pulumi:providers:kubernetes": () => ({}),
    "pulumi:pulumi:StackReference": () => ({
        outputs: { handovers: secret({ luxembourg: handover("luxembourg"), restore: handover("restore") }) },
        secretOutputNames: ["handovers"],
    }),
};

const KUBERNETES =
    /^kubernetes:(core\/v1:(Namespace|ResourceQuota|LimitRange|ServiceAccount|ConfigMap|Secret|Service)|batch\/v1:(Job|CronJob)|apps\/v1:(Deployment|StatefulSet)|policy\/v1:PodDisruptionBudget|networking\.k8s\.io\/v1:NetworkPolicy|rbac\.authorization\.k8s\.io\/v1:((Cluster)?Role|(Cluster)?RoleBinding)|scheduling\.k8s\.io\/v1:PriorityClass|admissionregistration\.k8s\.io\/v1:ValidatingAdmissionPolicy(Binding)?|storage\.k8s\.io\/v1:StorageClass|((controlplane|bootstrap|infrastructure)\.)?cluster\.x-k8s\.io\/v1beta2:(Cluster|MachineDeployment|MachineHealthCheck|Kubeadm(ControlPlane|ConfigTemplate)|Metal3(Cluster|MachineTemplate|RemediationTemplate))|metal3\.io\/v1alpha1:BareMetalHost|cert-manager\.io\/v1:(ClusterIssuer|Certificate))$/;

export const mocks: pulumi.runtime.Mocks = {
    newResource({ type, name, inputs, custom }) {
        if (custom === false) {
            return { id: undefined, state: inputs as Inputs };
        }
        const outputs = OUTPUTS[type] ?? (KUBERNETES.test(type) ? () => ({}) : undefined);
        if (outputs === undefined) {
            throw new Error(
                `the program declares ${type} (${name}), which the mocks do not know: add it to tests/support/mocks.ts`,
            );
        }
        return { id: `${name}-id`, state: { ...(inputs as Inputs), ...outputs(inputs as Inputs, name) } };
    },
    call({ token }) {
        throw new Error(`the program calls ${token}, which the mocks do not know: add it to tests/support/mocks.ts`);
    },
};
