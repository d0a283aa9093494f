/** Derives which workloads reach which Services of the other site from the network policies at both ends, as a cluster applies them. */
import type { V1Service } from "@kubernetes/client-node";
import { parseConfig } from "../../../infra/site/config";
import { cidr } from "../../../infra/conventions/cidr";
import { registryNamespace } from "../../../infra/conventions/names";
import { ROLE_LABEL, databaseLabels } from "../../../infra/registries/plan-database";
import { nth, planNetwork } from "../../../infra/networking/addresses";
import { outsideOf } from "../../../infra/site/outside";
import { type PolicyRules, type Rule, policiesIn } from "../../../preview/compare/network-policies";
import { type Workload, workloadName, workloadsOf } from "../../../preview/compare/pods";
import { selects } from "../../../preview/compare/selectors";
import { expectedResources } from "../../support/expected";
import { STACKS, stackValues } from "../../support/stacks";

const PAIR = [
    ["tallinn", "luxembourg"],
    ["luxembourg", "tallinn"],
] as const;

function site(stack: string) {
    const config = parseConfig(stack, stackValues(stack));
    const resources = expectedResources(stack);
    const network = planNetwork(config);
    return {
        config,
        network,
        outside: outsideOf(network, config.edge),
        policies: policiesIn(resources),
        workloads: workloadsOf(resources),
        services: resources
            .filter(({ type }) => type.endsWith("v1:Service"))
            .map(({ inputs }) => inputs as unknown as V1Service)
            .filter(({ spec }) => spec?.clusterIP !== "None"),
    };
}

type Site = ReturnType<typeof site>;

/** The rules of all policies in one direction for the pods of a workload. */
function rules({ policies }: Site, { namespace, labels }: Workload, direction: "ingress" | "egress"): readonly Rule[] {
    return policies
        .filter((policy) => policy.namespace === namespace && selects(policy.pods ?? {}, labels))
        .flatMap((policy: PolicyRules) => policy[direction] ?? []);
}

const EVERYWHERE = "0.0.0.0/0";

/** Whether a peer contains a range, and does not exclude it. */
function has({ ipBlock }: Rule["peers"][number], range: string): boolean {
    return (
        ipBlock !== undefined &&
        cidr.contains(ipBlock.cidr, range) &&
        !(ipBlock.except ?? []).some((one) => cidr.contains(one, range))
    );
}

/** Whether the rules allow traffic with an address outside the cluster at a port. */
function lets(all: readonly Rule[], address: string, port: unknown): boolean {
    return all.some(
        ({ peers, ports }) =>
            (peers.length === 0 || peers.some((peer) => has(peer, `${address}/32`))) &&
            (ports.length === 0 || ports.some((one) => one.port === undefined || one.port === port)),
    );
}

/** What one site's pods reach at the Services of another, for example `land's database → land in luxembourg : 5432`. */
function reached(from: Site, to: Site): string[] {
    return from.workloads.flatMap((caller) =>
        to.services.flatMap(({ metadata, spec }) => {
            // Templates do not have the label of the leader.
            const selector = Object.fromEntries(
                Object.entries(spec?.selector ?? {}).filter(([key]) => key !== ROLE_LABEL.key),
            );
            const called = to.workloads.filter(
                ({ namespace, labels }) =>
                    namespace === metadata?.namespace && selects({ matchLabels: selector }, labels),
            );
            const address = spec?.clusterIP ?? "";
            return (spec?.ports ?? [])
                .filter(({ port, targetPort }) => {
                    const pods = typeof targetPort === "number" ? targetPort : port;
                    const source = nth(from.config.networking.pods, 7);
                    return (
                        lets(rules(from, caller, "egress"), address, port) &&
                        called.some((one) => lets(rules(to, one, "ingress"), source, pods))
                    );
                })
                .map(({ port }) => {
                    const name = workloadName(caller.namespace, { matchLabels: { ...caller.labels } });
                    return `${name} → ${from.outside[`${address}/32`] ?? address} : ${port}`;
                });
        }),
    );
}

describe.each(PAIR)("from %s to %s", (here, there) => {
    const from = site(here);
    const to = site(there);

    it("each registry reaches itself and the store, the audit log the store alone, and nothing else is reached", () => {
        const expected = Object.keys(from.config.registries).flatMap((registry) => [
            `registry-${registry}'s database → ${registry} in ${there} : 5432`,
            `registry-${registry}'s database → ${registry}'s lease agent in ${there} : 8434`,
            `registry-${registry}'s database → object-store in ${there} : 443`,
            `registry-${registry}'s store-version → object-store in ${there} : 443`,
        ]);
        expect(expected.length).toBeGreaterThan(0);
        const auditLog = `kube-system's audit-shipper → object-store in ${there} : 443`;
        expect([...new Set(reached(from, to))].sort()).toEqual([auditLog, ...expected].sort());
    });

    it("taxes would reach every registry where it had the whole network: there nobody can tell which one calls", () => {
        const labels = databaseLabels("taxes");
        const peers = [{ ipBlock: { cidr: to.config.networking.block } }];
        const opened: PolicyRules = {
            namespace: registryNamespace("taxes"),
            pods: { matchLabels: labels },
            ingress: [],
            egress: [{ peers, ports: [{ protocol: "TCP", port: 5432 }] }],
        };
        const known = reached(from, to);
        const more = reached({ ...from, policies: [...from.policies, opened] }, to);
        const others = Object.keys(from.config.registries).filter((registry) => registry !== "taxes");
        expect(more.filter((flow) => !known.includes(flow)).sort()).toEqual(
            others.map((registry) => `registry-taxes's database → ${registry} in ${there} : 5432`).sort(),
        );
    });

    it("no pod is reached past the Services: at its own address nothing leaves for it", () => {
        const pod = nth(to.config.networking.pods, 7);
        const open = from.workloads.filter((caller) =>
            rules(from, caller, "egress").some(
                ({ peers }) => peers.length === 0 || peers.some((peer) => has(peer, `${pod}/32`)),
            ),
        );
        expect(open).toEqual([]);
    });

    it("nobody but pods is let in: no machine, no gateway, no Service", () => {
        const { nodes, services } = from.config.networking;
        const ingress = to.workloads.flatMap((one) => rules(to, one, "ingress"));
        expect(lets(ingress, nth(from.config.networking.pods, 7), 5432)).toBe(true);
        for (const range of [nodes, services]) {
            expect(ingress.filter((rule) => lets([rule], nth(range, 1), rule.ports[0]?.port))).toEqual([]);
        }
    });
});

describe.each(STACKS)("what crosses in %s", (stack) => {
    const { config, network, policies, outside } = site(stack);
    const blocks = Object.values(config.networking.peers).map(({ block }) => block);
    const crossing = (all: readonly Rule[] | undefined): readonly Rule[] =>
        (all ?? []).filter(({ peers }) =>
            peers.some((peer) =>
                blocks.some((one) => has(peer, one) || cidr.contains(one, peer.ipBlock?.cidr ?? EVERYWHERE)),
            ),
        );

    it("leaves for one address that has a name, at ports that are numbers", () => {
        const out = policies.flatMap(({ egress }) => crossing(egress));
        expect(out.length).toBeGreaterThan(0);
        for (const { peers, ports } of out) {
            expect(peers).toEqual([{ ipBlock: { cidr: expect.stringMatching(/\/32$/) as string } }]);
            expect(outside).toHaveProperty([peers[0]?.ipBlock?.cidr ?? ""]);
            expect(ports.map(({ port, endPort }) => [typeof port, endPort])).toEqual(
                ports.map(() => ["number", undefined]),
            );
            expect(ports).not.toHaveLength(0);
        }
    });

    it("comes in from another site's pods, at ports that are numbers", () => {
        const pods = Object.values(network.peers).map((peer) => ({ ipBlock: { cidr: peer.pods } }));
        for (const { peers, ports } of policies.flatMap(({ ingress }) => crossing(ingress))) {
            expect(peers).toHaveLength(1);
            expect(pods).toContainEqual(peers[0]);
            expect(ports.every(({ port }) => typeof port === "number")).toBe(true);
            expect(ports).not.toHaveLength(0);
        }
    });
});

it("a restored environment reads the store that it comes from, and lets nobody in", () => {
    const restored = site("restore");
    for (const other of ["tallinn", "luxembourg"].map(site)) {
        const { name } = other.config.site;
        const isSource = "restore" in restored.config && restored.config.restore.from === name;
        const expected = Object.keys(restored.config.registries).map((registry) => [
            `registry-${registry}'s database`,
            restored.outside[`${other.network.objectStore}/32`],
        ]);
        const leaving = restored.workloads
            .filter((one) => lets(rules(restored, one, "egress"), other.network.objectStore, 443))
            .map(({ namespace, labels }) => [
                workloadName(namespace, { matchLabels: { ...labels } }),
                `object-store in ${name}`,
            ]);
        expect(leaving.sort()).toEqual(isSource ? expected.sort() : []);
        expect(reached(other, restored)).toEqual([]);
    }
});
