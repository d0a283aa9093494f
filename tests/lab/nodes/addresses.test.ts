import * as fc from "fast-check";
import * as ipaddr from "ipaddr.js";
import { firstAddress, nth } from "../../../infra/networking/addresses";
import { machineAddress } from "../../../lab/nodes/addresses";

describe("addresses of a site's machines", () => {
    it("are counted from the start of the ranges that the stack file declares", () => {
        expect(firstAddress("10.32.0.0/24")).toBe("10.32.0.1");
        expect(machineAddress("10.32.0.0/24", "10.33.0.0/16", 0)).toEqual({
            address: "10.32.0.11",
            pods: "10.33.0.0/24",
        });
        expect(machineAddress("10.32.0.0/24", "10.33.0.0/16", 1)).toEqual({
            address: "10.32.0.12",
            pods: "10.33.1.0/24",
        });
    });

    it("lie in their range, and no two machines share one, nor a pod's", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (one, other) => {
                fc.pre(one !== other);
                const [a, b] = [one, other].map((index) => machineAddress("192.168.0.0/22", "10.33.0.0/16", index));
                expect(a?.address).not.toBe(b?.address);
                expect(a?.pods).not.toBe(b?.pods);
                expect(ipaddr.IPv4.parse(a?.address ?? "").match(ipaddr.IPv4.parseCIDR("192.168.0.0/22"))).toBe(true);
                const [network] = ipaddr.IPv4.parseCIDR(a?.pods ?? "");
                expect(network.match(ipaddr.IPv4.parseCIDR("10.33.0.0/16"))).toBe(true);
            }),
        );
    });

    it("are refused where the range has no more, with the range that is too small", () => {
        expect(() => machineAddress("10.32.0.0/28", "10.33.0.0/16", 4)).toThrow(
            "10.32.0.0/28 has no address number 15",
        );
        expect(() => machineAddress("10.32.0.0/24", "10.33.0.0/23", 2)).toThrow(
            "10.33.0.0/23 has no /24 for machine 3",
        );
        expect(nth("10.32.0.0/24", 254)).toBe("10.32.0.254");
    });
});
