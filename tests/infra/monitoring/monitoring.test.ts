/** A site that is watched: what that adds to it, and what it does not. */
import { tier4Problems } from "../../../infra/cluster/facility";
import { parseConfig } from "../../../infra/site/config";
import { type Policy, flowsOf, halfOpen } from "../../../infra/site/flows";
import { outsideOf } from "../../../infra/site/outside";
import { plan } from "../../../infra/site/plan";
import { type Rbac, reachOf, rightsOf } from "../../../infra/site/rights";
import { tier4Site } from "../../../infra/site/tier4";
import { RULES } from "../../../policy/rules";
import type { KubernetesObject } from "../../../policy/rules/rule";
import { type Rendered, inputsOf, renderPlan } from "../../support/render";
import { RECEIVERS, stackValues, watchedValues } from "../../support/stacks";

const config = parseConfig("luxembourg", watchedValues("luxembourg"));
const site = plan(config);
const ACCOUNT = "ServiceAccount/monitoring/prometheus";

describe("a site that is watched", () => {
    let all: Rendered[];
    beforeAll(async () => {
        all = await renderPlan("luxembourg", site);
    }, 120_000);
    const of = <T>(type: RegExp): T[] => inputsOf<T>(all, type);

    it("opens the way from Prometheus to each member's Patroni and to the other site's Prometheus, at both ends, and to nobody else", () => {
        const policies = of<Policy>(/:NetworkPolicy$/);
        const outside = outsideOf(site.network, config.edge);
        expect(halfOpen(policies, outside)).toEqual([]);
        expect(
            flowsOf(policies, outside, "egress")
                .filter(({ from }) => from === "prometheus")
                .map(({ to, port }) => `${to} ${port}`)
                .sort(),
        ).toEqual([
            "API server 6443/TCP",
            "a registry's database 8008/TCP",
            "dns 5353/TCP",
            "dns 5353/UDP",
            "prometheus in tallinn 9090/TCP",
        ]);
        expect(flowsOf(policies, outside, "ingress").filter(({ to }) => to === "prometheus")).toEqual([
            { from: "pods of tallinn", to: "prometheus", port: "9090/TCP" },
        ]);
    });

    it("is heard at one address for each who watches it, where the other site asks, by its own certificate's name", () => {
        const services = of<{ metadata: { namespace: string }; spec: { clusterIP: string; selector: object } }>(
            /:Service$/,
        ).filter(({ metadata }) => metadata.namespace === "monitoring");
        const { peers, hosts } = plan(parseConfig("tallinn", watchedValues("tallinn"))).network;
        expect(services.map(({ spec }) => spec.clusterIP)).toEqual(peers["luxembourg"]?.heartbeats);
        expect(new Set(services.map(({ spec }) => JSON.stringify(spec.selector))).size).toBe(site.monitoring?.replicas);
        const there = plan(parseConfig("tallinn", watchedValues("tallinn"))).monitoring;
        expect(there?.heard).toEqual(site.monitoring?.heartbeats.map(({ host }) => host));
        expect(there?.heard.map((host) => hosts[host])).toEqual(peers["luxembourg"]?.heartbeats);
        const web = JSON.parse(there?.files["web.yml"] ?? "") as {
            tls_server_config: { client_allowed_sans: string[] };
        };
        expect(web.tls_server_config.client_allowed_sans).toEqual(["watcher.monitoring.svc", ...(there?.heard ?? [])]);
    });

    it("gives Prometheus' account lists to read, and nothing to become", () => {
        const rights = rightsOf(of<Rbac>(/rbac/));
        expect(reachOf(ACCOUNT, rights, false)).toEqual([]);
        const own = rights.get(ACCOUNT) ?? [];
        expect(new Set(own.flatMap(({ rule }) => rule.verbs))).toEqual(new Set(["list"]));
        expect(own.flatMap(({ rule }) => rule.resources ?? [])).not.toContain("secrets");
    });

    it("breaks no policy", () => {
        const broken = all.flatMap(({ inputs }) =>
            RULES.flatMap(({ violations }) => violations(inputs as unknown as KubernetesObject, { protect: true })),
        );
        expect(broken).toEqual([]);
    });

    it("bears every fault that it bore before", () => {
        expect(tier4Problems(tier4Site(config, site))).toEqual([]);
    });

    it("gives the identity in the API to the exporter alone, which listens inside its pod", () => {
        const [server] = of<{
            spec: { template: { spec: { containers: { name: string; volumeMounts: { name: string }[] }[] } } };
        }>(/:StatefulSet$/).filter(({ spec }) => spec.template.spec.containers.some(({ name }) => name === "exporter"));
        const holders = server?.spec.template.spec.containers
            .filter(({ volumeMounts }) => volumeMounts.some(({ name }) => name === "api-token"))
            .map(({ name }) => name);
        expect(holders).toEqual(["exporter"]);
    });
});

describe("a site that tells receivers", () => {
    const telling = parseConfig("luxembourg", watchedValues("luxembourg", { receivers: RECEIVERS }));
    const told = plan(telling);
    let all: Rendered[];
    beforeAll(async () => {
        all = await renderPlan("luxembourg", told);
    }, 120_000);
    const of = <T>(type: RegExp): T[] => inputsOf<T>(all, type);

    it("opens the way from Prometheus to Alertmanager, from there to the receivers' servers, and no other", () => {
        const policies = of<Policy>(/:NetworkPolicy$/);
        const outside = outsideOf(told.network, telling.edge, telling.monitoring);
        expect(halfOpen(policies, outside)).toEqual([]);
        const own = [...flowsOf(policies, outside, "egress"), ...flowsOf(policies, outside, "ingress")].filter((flow) =>
            [flow.from, flow.to].includes("alertmanager"),
        );
        expect(new Set(own.map(({ from, to, port }) => `${from} → ${to} ${port}`))).toEqual(
            new Set([
                "prometheus → alertmanager 9093/TCP",
                "alertmanager → receiver alerts.state.example 443/TCP",
                "alertmanager → receiver mail.state.example 587/TCP",
            ]),
        );
    });

    it("breaks no policy, and bears every fault that it bore before", () => {
        const broken = all.flatMap(({ inputs }) =>
            RULES.flatMap(({ violations }) => violations(inputs as unknown as KubernetesObject, { protect: true })),
        );
        expect(broken).toEqual([]);
        expect(tier4Problems(tier4Site(telling, told))).toEqual([]);
    });

    it("mounts each receiver's one key out of a Secret that nobody declares, and gives the pod no identity", () => {
        const [deployment] = of<{
            metadata: { name: string };
            spec: { template: { spec: { volumes: { name: string; secret?: object }[] } } };
        }>(/:Deployment$/).filter(({ metadata }) => metadata.name === "alertmanager");
        const volumes = deployment?.spec.template.spec.volumes ?? [];
        expect(volumes.map(({ name }) => name)).toEqual([
            "data",
            "files",
            "certificate",
            "receiver-duty",
            "receiver-office",
        ]);
        expect(volumes.slice(3).map(({ secret }) => secret)).toEqual([
            expect.objectContaining({ secretName: "duty-webhook", items: [{ key: "token", path: "token" }] }),
            expect.objectContaining({ secretName: "office-mail", items: [{ key: "password", path: "password" }] }),
        ]);
        const secrets = of<{ metadata: { name: string } }>(/:Secret$/).map(({ metadata }) => metadata.name);
        expect(secrets).not.toEqual(expect.arrayContaining(["duty-webhook"]));
        expect(secrets).not.toEqual(expect.arrayContaining(["office-mail"]));
    });

    it("tells each receiver of its severities", () => {
        const { route } = JSON.parse(told.monitoring?.alertmanager?.files["alertmanager.yml"] ?? "") as {
            route: { routes: { receiver: string; matchers: string[]; continue: boolean }[] };
        };
        expect(route.routes).toEqual([
            { receiver: "duty", matchers: ['severity=~"page|ticket"'], continue: true },
            { receiver: "office", matchers: ['severity=~"ticket"'], continue: true },
        ]);
    });

    it("declares nothing of it where no receiver is named", () => {
        expect(site.monitoring?.alertmanager).toBeUndefined();
        expect(JSON.stringify(site.monitoring)).not.toContain("alertmanager");
        expect(JSON.stringify(site.monitoring)).not.toContain("ReceiverSilent");
    });
});

describe("a site that is no half of a pair", () => {
    it("hears nobody, is heard by nobody, and has no rule for it", () => {
        const { monitoring, network } = plan(parseConfig("restore", watchedValues("restore")));
        expect([monitoring?.heard, monitoring?.heartbeats]).toEqual([[], []]);
        expect(monitoring?.files["prometheus.yml"]).not.toContain("other-site");
        expect(monitoring?.files["rules.yml"]).not.toContain("OtherSiteSilent");
        expect(network.heartbeats).toHaveLength(2);
    });
});

describe("a site that is not watched", () => {
    it("has no names for who would watch it, and lets the other site's packets through as far as they may come later", () => {
        const { network } = plan(parseConfig("luxembourg", stackValues("luxembourg")));
        expect(Object.keys(network.hosts).filter((host) => host.startsWith("heartbeat"))).toEqual([]);
        expect(network.served).toEqual(expect.arrayContaining([...network.heartbeats]));
    });
});

describe("a registry that does not run", () => {
    it("is not asked how its members are", () => {
        const stopped = structuredClone(config);
        const { registries } = stopped as unknown as { registries: Record<string, { running: boolean }> };
        Object.entries(registries).forEach(([name, registry]) => (registry.running = name === "population"));
        const { files = {} } = plan(stopped).monitoring ?? {};
        const targets = [...(files["prometheus.yml"] ?? "").matchAll(/"([^"]+):8008"/g)].map(([, host]) => host);
        expect(targets).toEqual([
            "database-10.database.registry-population.svc",
            "database-11.database.registry-population.svc",
        ]);
    });
});
