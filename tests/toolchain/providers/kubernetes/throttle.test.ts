import { Throttle, checkClientSettings, clientSettings } from "../../../../toolchain/providers/kubernetes/throttle";
import type { Plain } from "../../../../toolchain/plugin/values";

describe("kubeClientSettings", () => {
    it("slow nobody down who has not asked for it", () => {
        expect(clientSettings(undefined, {})).toEqual({ qps: Infinity, burst: 120, timeout: 70 });
    });

    it("are an object or its JSON, each field with a variable to stand in for it", () => {
        const environment = { PULUMI_K8S_CLIENT_QPS: "2.5", PULUMI_K8S_CLIENT_TIMEOUT: "9" };
        expect(clientSettings({ burst: 3, timeout: 8 }, environment)).toEqual({ qps: 2.5, burst: 3, timeout: 8 });
        expect(clientSettings('{"qps":"7"}', environment)).toEqual({ qps: 7, burst: 120, timeout: 9 });
    });

    it.each<[Plain | undefined, Record<string, string>, string[]]>([
        [undefined, { PULUMI_K8S_CLIENT_QPS: "" }, []],
        [{ qps: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, {}, []],
        ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", {}, []],
        [{ qps: 0.5, burst: "10" }, { PULUMI_K8S_CLIENT_BURST: "nonsense" }, []],
        ['{"burst":"many"}', {}, ['kubeClientSettings.burst is "many": it must be a number greater than 0']],
        [{ timeout: -1 }, {}, ["kubeClientSettings.timeout is -1: it must be a number greater than 0"]],
        [
            undefined,
            { PULUMI_K8S_CLIENT_BURST: "1e" },
            ['PULUMI_K8S_CLIENT_BURST is "1e": it must be a number greater than 0'],
        ],
    ])("%j with %j", (option, environment, reasons) => {
        expect([...checkClientSettings(option, environment)].map(({ reason }) => reason)).toEqual(reasons);
    });
});

it("a throttle lets a burst go, then so many a second, and gathers strength when it is left alone", () => {
    const throttle = new Throttle({ qps: 10, burst: 2 });
    expect([0, 0, 0, 0].map((now) => throttle.reserve(now))).toEqual([0, 0, 100, 200]);
    expect([5000, 5000, 5000].map((now) => throttle.reserve(now))).toEqual([0, 0, 100]);
    const free = new Throttle({ qps: Infinity, burst: 1 });
    expect([0, 0, 0].map((now) => free.reserve(now))).toEqual([0, 0, 0]);
});
