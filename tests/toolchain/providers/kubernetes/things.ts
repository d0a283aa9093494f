/** An object of each kind that the programs declare. */
import { type Thing, policy, thing } from "./real-cluster";

export const THINGS: Readonly<Record<string, () => Thing>> = {
    NetworkPolicy: () =>
        policy("np", {
            podSelector: {},
            policyTypes: ["Ingress", "Egress"],
            ingress: [{ from: [{ podSelector: { matchLabels: { a: "b" } } }], ports: [{ port: 5432 }] }],
            egress: [],
        }),
    PodDisruptionBudget: () =>
        thing("policy/v1", "PodDisruptionBudget", "pdb", {
            spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
        }),
    ResourceQuota: () =>
        thing("v1", "ResourceQuota", "quota", { spec: { hard: { "requests.memory": "1024Mi", pods: 10 } } }),
    LimitRange: () =>
        thing("v1", "LimitRange", "limits", { spec: { limits: [{ type: "Container", max: { memory: "2048Mi" } }] } }),
    ServiceAccount: () => thing("v1", "ServiceAccount", "account", { automountServiceAccountToken: false }),
    Secret: () => thing("v1", "Secret", "secret", { stringData: { password: "hunter22" } }),
    ConfigMap: () => thing("v1", "ConfigMap", "config", { data: { limits: "1024Mi" } }),
    Service: () =>
        thing("v1", "Service", "headless", {
            spec: {
                clusterIP: "None",
                selector: { app: "web" },
                publishNotReadyAddresses: false,
                ports: [
                    { name: "tcp", port: 53, targetPort: "dns" },
                    { name: "udp", port: 53, protocol: "UDP" },
                ],
            },
        }),
    StatefulSet: () =>
        thing("apps/v1", "StatefulSet", "set", {
            spec: {
                replicas: 0,
                serviceName: "headless",
                selector: { matchLabels: { app: "web" } },
                template: {
                    metadata: { labels: { app: "web" }, creationTimestamp: null },
                    spec: {
                        hostNetwork: false,
                        securityContext: {},
                        nodeSelector: {},
                        containers: [
                            {
                                name: "web",
                                image: "web",
                                env: [{ name: "A", value: "1024Mi" }],
                                ports: [{ containerPort: 80 }],
                                resources: { limits: { memory: "1024Mi", cpu: 1 } },
                            },
                        ],
                        volumes: [{ name: "scratch", emptyDir: {} }],
                    },
                },
                volumeClaimTemplates: [
                    {
                        metadata: { name: "data" },
                        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
                    },
                ],
            },
        }),
    StorageClass: () => thing("storage.k8s.io/v1", "StorageClass", "local", { provisioner: "example.com/local" }),
};
