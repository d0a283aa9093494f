import { ConfigError, type EmbassyConfig } from "../../../../infra/site/config";
import { STACKS } from "../../../support/stacks";
import { type Change, numbers, problemsWith, rack, registry, worker } from "../../../support/tier4";

const untouched = (): void => undefined;
const racks: (change: (each: EmbassyConfig["cluster"]["racks"][string]) => void) => Change = (change) => (config) =>
    Object.values(config.cluster.racks).forEach(change);

describe("the shipped sites", () => {
    it.each(STACKS)("%s bears every failure, also while work is done on any other component", (stack) => {
        expect(problemsWith(untouched, stack)).toEqual([]);
    });
});

describe("a site that is not Tier IV", () => {
    it.each<[string, Change, RegExp]>([
        [
            "two feeds for all",
            racks((each) => (each.feeds = ["a", "b"])),
            /^feed a must be able to fail while feed b is under maintenance \(with them fall switch a, .* and 9 more\)\. Then too little is left for etcd \(0 of 5 members, 3 needed.*the way out \(no uplink.*registry taxes, .* and 4 more \(0 members, 1 needed/,
        ],
        [
            "hosts on one feed",
            racks((each) => (each.feeds = each.feeds.slice(0, 1))),
            /^feed a must be able to fail while feed b is under maintenance .* for etcd \(1 of 5/,
        ],
        [
            "one cooling loop",
            racks((each) => (each.loops = ["c"])),
            /^cooling loop c must be able to fail \(with it fall switch a, switch b, switch c; uplink north, .*etcd \(0 of 5/,
        ],
        [
            "a feed that cannot carry what another leaves to it",
            ({ cluster }) => (cluster.feeds["b"] = 8.3),
            /^feed a must be able to fail while feed c is under maintenance \(with them fall feed b; switch a, switch b, switch c;/,
        ],
        [
            "a cooling loop that cannot",
            ({ cluster }) => (cluster.loops["b"] = 8.3),
            /^cooling loop a must be able to fail while cooling loop c is under maintenance \(with them fall cooling loop b;/,
        ],
        [
            "the control plane in one rack",
            (config) => {
                racks(({ hosts }) => delete hosts["control-plane"])(config);
                rack(config, "c1").hosts["control-plane"] = numbers(5);
            },
            /^rack c1 must be able to fail \(with it fall host c1-1, .*\)\. Then too little is left for etcd \(0 of 5 members, 3 needed/,
        ],
        [
            "three control-plane hosts, of which one is being worked on",
            (config) => ["a2", "b2"].forEach((name) => delete rack(config, name).hosts["control-plane"]),
            /^rack a1 must be able to fail while rack b1 is under maintenance .* for etcd \(1 of 3 members, 2 needed/,
        ],
        [
            "a switch in the rack of a control-plane host",
            ({ cluster }) => (cluster.switches["c"] = { rack: "c1", uplinks: ["west"] }),
            /^rack b0 must be able to fail while rack c1 is under maintenance .* for etcd \(2 of 5 members/,
        ],
        [
            "two uplinks",
            ({ cluster }) => (cluster.switches["a"] = { rack: "a0", uplinks: [] }),
            /^rack b0 must be able to fail while rack c0 is under maintenance .* for the way out \(no uplink/,
        ],
        [
            "workers in one rack",
            (config) => {
                racks(({ hosts }) => delete hosts["worker"])(config);
                rack(config, "a1").hosts["worker"] = numbers(8);
            },
            /^rack a1 must be able to fail \(with it fall host a1-1, .* and 5 more\).*DNS server, .* \(pods without room: 2;/,
        ],
        [
            "a registry with one member",
            (config) => (registry(config, "land").members = 1),
            /^rack a1 must be able to fail .* for registry land \(0 members, 1 needed: more, on other hosts\)$/,
        ],
        [
            "workers without the memory for what another leaves to them",
            (config) => (worker(config).memory = "9Gi"),
            /^feed a must be able to fail while feed b is under maintenance .* for backup Jobs \(pods without room: \d+;/,
        ],
        [
            "workers that take few pods",
            (config) => (worker(config).pods = 14),
            /^feed a must be able to fail while feed b is under maintenance .* for gates \(pods without room: 7;/,
        ],
        [
            "fewer disks than volumes, with everything up",
            (config) => (worker(config).disks = { count: 1, size: "4Ti" }),
            /^With everything up there is too little for registry pensions, .* \(members without room: 2; /,
        ],
        [
            "disks that are too small",
            (config) => (worker(config).disks = { count: 4, size: "40Gi" }),
            /^With everything up there is too little for registry taxes, registry land, .* \(members without room: 2; /,
        ],
    ])("%s", (_, change, first) => {
        expect(problemsWith(change)[0]).toMatch(first);
    });

    it("names each component that it cannot lose, once, and of pairs those that are no part of it", () => {
        const problems = problemsWith((config) => (registry(config, "land").members = 1));
        const named = problems.map((problem) => problem.split(" must be able to fail")[0]);
        const hosts = ["a1-1", "a1-2", "a2-1", "a2-2", "b1-1", "b1-2", "b2-1", "b2-2"].map((name) => `host ${name}`);
        expect(named).toEqual(["rack a1", "rack a2", "rack b1", "rack b2", ...hosts, expect.stringMatching(/^feed/)]);
        expect(problems.at(-1)).toMatch(/\(and \d+ more such pairs\)$/);
    });

    it("is told like every other mistake in a stack file", () => {
        const error = new ConfigError("tallinn", problemsWith(racks((each) => (each.loops = ["c"]))));
        expect(error.message).toMatch(
            /^Pulumi\.tallinn\.yaml, with what .* has 1 problem; nothing was changed:\n {2}- cooling loop c/,
        );
    });
});
