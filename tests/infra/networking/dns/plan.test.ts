import { parseConfig } from "../../../../infra/site/config";
import { plan } from "../../../../infra/site/plan";
import { STACKS, stackValues } from "../../../support/stacks";

describe.each(STACKS)("the DNS server of %s", (stack) => {
    const { dns, network } = plan(parseConfig(stack, stackValues(stack)));
    const records = (dns.files["zone"] ?? "").split("\n").filter((line) => line.includes(" IN A "));

    it("has each name that sites serve each other once, with its address", () => {
        const wanted = Object.entries(network.hosts).map(([name, address]) => `${name}. 3600 IN A ${address}`);
        expect([...records].sort()).toEqual(wanted.sort());
        expect(records.length).toBeGreaterThanOrEqual(16);
    });

    it("answers for two zones and hands no question on", () => {
        const corefile = dns.files["Corefile"] ?? "";
        expect(corefile.match(/^\S+(?= \{$)/gm)).toEqual(["cluster.local:5353", "embassy.internal:5353"]);
        expect(corefile).not.toMatch(/forward|fallthrough/);
    });
});

it("knows the same names in Tallinn and in Luxembourg", () => {
    const [tallinn, luxembourg] = ["tallinn", "luxembourg"].map(
        (stack) => plan(parseConfig(stack, stackValues(stack))).dns.files,
    );
    expect(tallinn).toEqual(luxembourg);
});
