import { parseConfig } from "../../../infra/site/config";
import { planNetwork } from "../../../infra/networking/addresses";
import { linkFilter, machineFilter } from "../../../infra/networking/packet-filter";
import { watchedValues } from "../../support/stacks";

/** The rules of the only chain, without the line with its hook. */
function rules(ruleset: string): string[] {
    const lines = ruleset.split("\n").map((line) => line.trim());
    return lines.slice(lines.findIndex((line) => line.startsWith("type filter")) + 1, lines.indexOf("}"));
}

describe("the packet filter of a machine", () => {
    const ruleset = machineFilter([{ ports: [10250], from: ["10.1.0.1", "10.1.0.2"] }, { ports: [6443, 6444] }]);

    it("drops what nothing opens", () => {
        expect(ruleset).toContain("type filter hook input priority filter; policy drop;");
    });

    it("opens a port to whom it is opened, and to everybody only where that is said", () => {
        expect(rules(ruleset).filter((rule) => rule.includes("dport"))).toEqual([
            "ip saddr { 10.1.0.1, 10.1.0.2 } tcp dport { 10250 } accept",
            "tcp dport { 6443, 6444 } accept",
        ]);
    });

    it("takes the place of the one before in one step, and touches no other table", () => {
        expect(ruleset).toMatch(/^table inet embassy\ndelete table inet embassy\ntable inet embassy \{\n/);
        expect(ruleset).not.toContain("flush");
    });
});

describe("the packet filter of a link", () => {
    const network = planNetwork(parseConfig("luxembourg", watchedValues("luxembourg")));
    const [apiServer, services, dns] = [network.gateway, network.served, network.dns];

    it("carries to the Services that the site serves others, and drops the rest", () => {
        const [elsewhere, answers, open, last] = rules(linkFilter("to-*", network));
        expect(elsewhere).toBe('iifname != "to-*" accept');
        expect(answers).toBe("ct state established,related accept");
        expect(open).toBe(`ip daddr { ${services.join(", ")} } meta l4proto tcp accept`);
        expect(last).toBe("drop");
    });

    it("carries to no API server, by its own address or its Service's, and to nothing that the site keeps for itself", () => {
        // These are the store, those who watch the site and, for each of seven registries, the database and the lease agents.
        expect(services).toHaveLength(17);
        expect(new Set(services)).toEqual(
            new Set(
                Object.entries(network.hosts)
                    .filter(([name]) => name.endsWith(".luxembourg.embassy.internal"))
                    .map(([, address]) => address),
            ),
        );
        for (const own of [apiServer, dns, network.edge, network.gazette]) {
            expect(services).not.toContain(own);
        }
    });
});
