import { planNetwork } from "../../infra/networking/addresses";
import { parseConfig } from "../../infra/site/config";
import { outsideOf } from "../../infra/site/outside";
import { flowChanges } from "../../preview/compare/flows";
import { nameOfRange, policiesIn } from "../../preview/compare/network-policies";
import { flowsIn } from "../../preview/map/open-flows";
import type { Rendered } from "../../preview/render/registrations";
import { stackValues } from "../support/stacks";

const NAMESPACE = "object-store";

function policy(spec: object): Rendered {
    return {
        type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        name: "store",
        protect: false,
        retainOnDelete: false,
        inputs: { metadata: { name: "store", namespace: NAMESPACE }, spec },
    };
}

const podSelector = { matchLabels: { "app.kubernetes.io/name": "store" } };
const ports = [{ port: 443 }];
const peer = { ipBlock: { cidr: "10.1.0.0/16" } };

describe("a network policy", () => {
    it("limits what comes in where it names no direction, and what goes out where it says to whom", () => {
        const [closed, both] = policiesIn([policy({ podSelector }), policy({ podSelector, egress: [{ to: [peer] }] })]);
        expect(closed).toEqual({ namespace: NAMESPACE, pods: podSelector, ingress: [], egress: undefined });
        expect(both?.egress).toEqual([{ peers: [peer], ports: [] }]);
    });

    it("lets nothing through in a direction that it does not limit, whatever it lists", () => {
        const declared = policy({ podSelector, policyTypes: ["Ingress"], egress: [{ to: [peer], ports }] });
        expect(policiesIn([declared])[0]?.egress).toBeUndefined();
        expect(flowsIn({ resources: [declared], outside: {} })).toEqual([]);
    });

    it.each([{}, { from: [] }])("lets everybody in by a rule that names nobody: %j", (rule) => {
        const declared = policy({ podSelector, ingress: [{ ...rule, ports }] });
        expect(flowsIn({ resources: [declared], outside: {} })).toEqual([
            { from: "everywhere", to: "store", port: "443/TCP" },
        ]);
    });

    it("is told by what is at an address of another site, and by all of it where all is opened", () => {
        const config = parseConfig("tallinn", stackValues("tallinn"));
        const network = planNetwork(config);
        const outside = outsideOf(network, config.edge);
        const { registries, objectStore, block, pods } = network.peers["luxembourg"] ?? {};
        const addresses = [registries?.["land"]?.leader, registries?.["land"]?.leaseAgent, objectStore];
        const ranges = [...addresses.map((address) => `${address ?? ""}/32`), block ?? "", pods ?? ""];
        const egress = ranges.map((cidr) => ({ to: [{ ipBlock: { cidr } }], ports: [{ port: 5432 }] }));
        const opened = [policy({ podSelector, policyTypes: ["Egress"], egress })];
        const names = ["land in", "land's lease agent in", "object-store in", "site", "pods of"];
        expect(flowChanges({ resources: [], outside }, { resources: opened, outside }).opened).toEqual(
            names
                .map((name, at) => `object-store's store → ${name} luxembourg (${ranges[at] ?? ""}) : 5432/TCP`)
                .sort(),
        );
    });

    it("is about a range by its name and its addresses, as another may have the same name", () => {
        expect(nameOfRange({ "10.1.0.0/16": "site narva" }, "10.1.0.0/16")).toBe("site narva (10.1.0.0/16)");
        expect(nameOfRange({}, "10.1.0.0/16")).toBe("10.1.0.0/16");
    });
});
