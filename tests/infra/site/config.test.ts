import { ConfigError, parseConfig } from "../../../infra/site/config";
import { MONITORING, PUBLIC_CLOUD, RECEIVERS, STACKS, stackValues } from "../../support/stacks";

type Values = Record<string, Record<string, unknown>>;

/** The problems that `change` causes in an otherwise valid stack file. */
function problems(change: (values: Values) => void, stack = "luxembourg"): readonly string[] {
    const values = structuredClone(stackValues(stack)) as Values;
    change(values);
    try {
        parseConfig(stack, values);
    } catch (error) {
        if (error instanceof ConfigError) {
            return error.problems;
        }
        throw error;
    }
    return [];
}

function section(values: Values, name: string): Record<string, unknown> {
    const found = values[`data-embassy:${name}`];
    if (found === undefined) {
        throw new Error(`no section ${name}`);
    }
    return found;
}

function rack(values: Values, name: string): Record<string, unknown> {
    return (section(values, "cluster")["racks"] as Record<string, Record<string, unknown>>)[name] ?? {};
}

function registry(values: Values, name: string): Record<string, unknown> {
    return (section(values, "registries") as Record<string, Record<string, unknown>>)[name] ?? {};
}

/** Adds a valid public cloud, which a test can then change. */
function publicCloud(values: Values): Record<string, unknown> {
    return (section(values, "storage")["publicCloud"] = { ...PUBLIC_CLOUD } as Record<string, unknown>);
}

/** Adds monitoring with two valid receivers, which a test can then change. */
function receivers(values: Values): Record<"duty" | "office", Record<string, Record<string, unknown>>> {
    const added = structuredClone(RECEIVERS);
    values["data-embassy:monitoring"] = { ...MONITORING, receivers: added };
    return added as ReturnType<typeof receivers>;
}

describe("the stack files of the repository", () => {
    it.each(STACKS)("%s is right", (stack) => {
        expect(parseConfig(stack, stackValues(stack)).site.name).toBe(stack);
    });
});

describe("a wrong stack file", () => {
    it.each<[string, (values: Values) => void, string]>([
        [
            "misspelt section",
            (values) => {
                values["data-embassy:netwroking"] = section(values, "networking");
            },
            "data-embassy:netwroking is not known; did you mean networking?",
        ],
        [
            "private key of those who break the glass",
            (values) => (section(values, "keys")["breakGlass"] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw"),
            'data-embassy:keys.breakGlass is "a private key"; it must be the one certificate in break-glass.crt of a ceremony, PEM',
        ],
        [
            "unknown key",
            (values) => (section(values, "site")["colour"] = "blue"),
            "data-embassy:site.colour is not known; known here: name, country, imageRegistry, context, role, partner",
        ],
        [
            "a role that there is not",
            (values) => (section(values, "site")["role"] = "king"),
            'data-embassy:site.role is "king"; it must be one of primary, standby, restore',
        ],
        [
            "a pair without its other site",
            (values) => delete section(values, "site")["partner"],
            "data-embassy:site.partner is missing; it must be text (in quotes, if it looks like a number)",
        ],
        [
            "a partner that is no peer",
            (values) => (section(values, "site")["partner"] = "narva"),
            'data-embassy:site.partner is "narva"; it must be one of the peers (tallinn)',
        ],
        [
            "a source of a site that restores nothing",
            (values) => (values["data-embassy:restore"] = { from: "tallinn" }),
            "data-embassy:restore is not known; known here: site, sites, cluster, machines, networking, storage, keys, replication, recovery, registries, edge, monitoring",
        ],
        [
            "missing section",
            (values) => delete values["data-embassy:keys"],
            "data-embassy:keys is missing; it must be a map of keys",
        ],
        [
            "malformed range",
            (values) => (section(values, "networking")["pods"] = "10.37.0.0/33"),
            'data-embassy:networking.pods is "10.37.0.0/33"; it must be an IPv4 range in CIDR notation, such as 10.36.0.0/14',
        ],
        [
            "range that does not start at its network address",
            (values) => (section(values, "networking")["pods"] = "10.37.1.0/16"),
            'data-embassy:networking.pods is "10.37.1.0/16"; it must start at its network address: 10.37.0.0/16 is meant, or other bits',
        ],
        [
            "overlapping ranges",
            (values) => (section(values, "networking")["services"] = "10.37.128.0/17"),
            'data-embassy:networking.services is "10.37.128.0/17"; it must not overlap pods (10.37.0.0/16)',
        ],
        [
            "range outside the site's block",
            (values) => (section(values, "networking")["nodes"] = "10.64.0.0/24"),
            'data-embassy:networking.nodes is "10.64.0.0/24"; it must lie inside the site\'s block 10.36.0.0/14',
        ],
        [
            "block that overlaps a peer's",
            (values) =>
                (section(values, "networking")["peers"] = {
                    tallinn: { block: "10.32.0.0/13", pods: "10.33.0.0/16", services: "10.34.0.0/16" },
                }),
            'data-embassy:networking.peers.tallinn.block is "10.32.0.0/13"; it must not overlap this site\'s own block 10.36.0.0/14',
        ],
        [
            "a peer's pods outside of its block",
            (values) =>
                (section(values, "networking")["peers"] = {
                    tallinn: { block: "10.32.0.0/14", pods: "10.37.0.0/16", services: "10.34.0.0/16" },
                }),
            'data-embassy:networking.peers.tallinn.pods is "10.37.0.0/16"; it must lie inside the peer\'s block 10.32.0.0/14',
        ],
        [
            "a peer's pods where its Services are",
            (values) =>
                (section(values, "networking")["peers"] = {
                    tallinn: { block: "10.32.0.0/14", pods: "10.34.0.0/17", services: "10.34.0.0/16" },
                }),
            'data-embassy:networking.peers.tallinn.services is "10.34.0.0/16"; it must not overlap the peer\'s pods (10.34.0.0/17)',
        ],
        [
            "even quorum",
            (values) => (section(values, "cluster")["quorum"] = 4),
            "data-embassy:cluster.quorum is 4; it must be odd: an even quorum bears no more failures than one member fewer",
        ],
        [
            "small quorum",
            (values) => (section(values, "cluster")["quorum"] = 1),
            "data-embassy:cluster.quorum is 1; it must be 3 or more: fewer members cannot lose one and go on",
        ],
        [
            "number where text is meant",
            (values) => (section(values, "cluster")["kubernetes"] = 1.36),
            "data-embassy:cluster.kubernetes is 1.36; it must be text (in quotes, if it looks like a number)",
        ],
        [
            "setting under its former name",
            (values) => {
                const storage = section(values, "storage");
                storage["sealDays"] = storage["objectLockDays"];
            },
            "data-embassy:storage.sealDays is now called objectLockDays: write that key instead",
        ],
        [
            "object lock that ends before what it keeps may go",
            (values) => (section(values, "storage")["objectLockDays"] = 27),
            "data-embassy:storage.objectLockDays is 27; it must be 28 or more: what a restore may need must not be removed (recovery.retentionDays)",
        ],
        [
            "object lock that ends before the next full backup is there",
            (values) => (section(values, "recovery")["full"] = "0 1 1 * *"),
            'data-embassy:storage.objectLockDays is 30; it must be 46 or more: the window, the longest time between two full backups, and a day for one that is late (recovery.windowDays: 14, recovery.full: "0 1 1 * *"), or full backups more often',
        ],
        [
            "schedule of no clock",
            (values) => (section(values, "recovery")["full"] = "99 99 * * *"),
            'data-embassy:recovery.full is "99 99 * * *"; it must be a schedule of five fields, such as "0 1 * * 0" or "0 1 * * SUN": Invalid value for minute: 99',
        ],
        [
            "schedule of no calendar",
            (values) => (section(values, "recovery")["verification"] = "0 0 31 2 *"),
            'data-embassy:recovery.verification is "0 0 31 2 *"; it must be a schedule that comes about, such as "0 1 * * 0" or "0 1 * * SUN"',
        ],
        [
            "differential that comes as seldom as a full backup",
            (values) => (section(values, "recovery")["differential"] = "0 1 * * 3"),
            'data-embassy:recovery.differential is "0 1 * * 3"; it must come more often than each 168 hours, as a full one does (full: "0 1 * * 0"), or it is of no use',
        ],
        [
            "verification that comes too late",
            (values) => (section(values, "recovery")["verification"] = "0 4 1 * *"),
            'data-embassy:recovery.verification is "0 4 1 * *"; it must come each 14 days or more often, and comes each 31: damage must be found while what is damaged can be stored again (windowDays)',
        ],
        [
            "retention that ends before the window does",
            (values) => (section(values, "recovery")["retentionDays"] = 13),
            "data-embassy:recovery.retentionDays is 13; it must be 14 or more: any instant of the last 14 days must be restorable (windowDays)",
        ],
        [
            "a route to Brussels",
            (values) =>
                Object.assign(section(values, "networking")["peers"] as object, {
                    brussels: { block: "10.44.0.0/14", pods: "10.45.0.0/16", services: "10.46.0.0/16" },
                }),
            'data-embassy:networking.peers.brussels is {"block":"10.44.0.0/14","pods":"10.45.0.0/16","services":"10.46.0.0/16"}; it must be one of the sites (sites: tallinn, luxembourg, restore): nobody else has a route here; take 10.44.0.0/14 out',
        ],
        [
            "a public cloud for taxes",
            (values) => (publicCloud(values)["registries"] = ["legislation", "taxes"]),
            'data-embassy:storage.publicCloud.registries[1] is "taxes"; it must be legislation, which alone is public: take it out; its second copy is at the other site (site.partner)',
        ],
        [
            "a public cloud for nothing",
            (values) => (publicCloud(values)["registries"] = []),
            "data-embassy:storage.publicCloud.registries is []; it must name legislation; without any, leave publicCloud out",
        ],
        [
            "a key in the clear",
            (values) => (publicCloud(values)["secretKey"] = "not to be shown"),
            "data-embassy:storage.publicCloud.secretKey is not known; known here: endpoint, address, region, bucket, credentials, registries",
        ],
        [
            "a public cloud in a site",
            (values) => (publicCloud(values)["address"] = "10.33.0.1"),
            'data-embassy:storage.publicCloud.address is "10.33.0.1"; it must be outside of the sites, and is in the block 10.32.0.0/14',
        ],
        [
            "a loss that nobody is asked about",
            (values) => Object.assign(section(values, "replication"), { leaseSeconds: 10, maximumLag: 29 }),
            "data-embassy:replication.maximumLag is 29; it must be less than 29: a primary that is cut off may go on for so long (leaseSeconds: 10, and 19 s until Patroni gives up), and whoever takes its place would lose that and ask nobody",
        ],
        [
            "a promotion that loses more than a restore",
            (values) => {
                section(values, "recovery")["archiveTimeout"] = 4;
            },
            "data-embassy:replication.maximumLag is 5; it must be 4 or less: a restore from backups loses no more (recovery.archiveTimeout), so a promotion that does has to be asked for",
        ],
        [
            "store larger than a disk",
            (values) => (section(values, "storage")["objectStore"] = { cpu: "1", memory: "1Gi", storage: "5Ti" }),
            'data-embassy:storage.objectStore.storage is "5Ti"; it must fit on one disk (cluster.machines: 4Ti)',
        ],
        [
            "rack on no feed",
            (values) => (rack(values, "a1")["feeds"] = []),
            "data-embassy:cluster.racks.a1.feeds is []; it must name two feeds or more: what is in the rack is on none",
        ],
        [
            "rack corded to one feed",
            (values) => (rack(values, "a1")["feeds"] = ["a", "a"]),
            'data-embassy:cluster.racks.a1.feeds is ["a","a"]; it must name two feeds or more: all in the rack would fall with the one',
        ],
        [
            "rack on one cooling loop",
            (values) => (rack(values, "c0")["loops"] = ["c"]),
            'data-embassy:cluster.racks.c0.loops is ["c"]; it must name two loops or more: all in the rack would fall with the one',
        ],
        [
            "unknown feed",
            (values) => (rack(values, "a1")["feeds"] = ["a", "b", "d"]),
            'data-embassy:cluster.racks.a1.feeds[2] is "d"; it must be one of the feeds: a, b, c (cluster.feeds)',
        ],
        [
            "unknown switch",
            (values) => (rack(values, "a1")["switches"] = ["a", "b", "x"]),
            'data-embassy:cluster.racks.a1.switches[2] is "x"; it must be one of the switches: a, b, c (cluster.switches)',
        ],
        [
            "switch in an unknown rack",
            (values) =>
                ((section(values, "cluster")["switches"] as Record<string, Record<string, unknown>>)["a"] = {
                    rack: "a9",
                    uplinks: ["north"],
                }),
            'data-embassy:cluster.switches.a.rack is "a9"; it must be one of the racks: a0, a1, a2, b0, b1, b2, c0, c1 (cluster.racks)',
        ],
        [
            "unknown machine",
            (values) => (rack(values, "a1")["hosts"] = { worker: [1, 2], "control-plane": [3], mainframe: [4] }),
            "data-embassy:cluster.racks.a1.hosts.mainframe is [4]; it must be one of the machines: worker, control-plane (cluster.machines)",
        ],
        [
            "more etcd members than hosts for them",
            (values) => (section(values, "cluster")["quorum"] = 7),
            "data-embassy:cluster.quorum is 7; it must be 5, as many as there are hosts of role control-plane (cluster.racks)",
        ],
        [
            "more machines of a feed than it has hosts",
            (values) => (section(values, "machines")["workers"] = { a: 5, b: 4 }),
            "data-embassy:machines.workers.a is 5; it must be 4, as many as feed a has hosts of role worker (racks a1, a2): add hosts to cluster.racks, or ask for 4",
        ],
        [
            "fewer machines of a feed than it has hosts",
            (values) => (section(values, "machines")["workers"] = { b: 3 }),
            "data-embassy:machines.workers.b is 3; it must be 4, as many as feed b has hosts of role worker (racks b1, b2): take hosts out of cluster.racks, or ask for 4",
        ],
        [
            "machines of a feed that has no workers",
            (values) => (section(values, "machines")["workers"] = { c: 1 }),
            "data-embassy:machines.workers.c is 1; it must be left out: racks with workers have as first feed a, b",
        ],
        [
            "machines with another Kubernetes",
            (values) => (section(values, "machines")["release"] = "v1.35.4"),
            'data-embassy:machines.release is "v1.35.4"; it must be a release of Kubernetes 1.36 (cluster.kubernetes)',
        ],
        [
            "a password in the stack file",
            (values) =>
                (section(values, "machines")["bmc"] = {
                    driver: "redfish-virtualmedia",
                    system: "/redfish/v1/Systems/1",
                    password: "x",
                }),
            "data-embassy:machines.bmc.password is not known; known here: driver, system",
        ],
        [
            "certificates that would end within 14 days alone",
            (values) => (section(values, "keys")["renewBeforeDays"] = 27),
            "data-embassy:keys.renewBeforeDays is 27; it must be 28 or more: a certificate has to outlast 14 days without tallinn, and is renewed after two runs of up, each of them 7 days late at worst (upkeepDays)",
        ],
        [
            "certificates that are valid for less than 14 days",
            (values) => (section(values, "keys")["leafDays"] = 13),
            "data-embassy:keys.leafDays is 13; it must be more than renewBeforeDays (30), within which every up renews: it has to outlast 14 days without tallinn",
        ],
        [
            "a generation of keys that was skipped",
            (values) => (section(values, "keys")["generations"] = { land: [1, 3] }),
            "data-embassy:keys.generations.land is [1,3]; it must be the generation that versions are stored with, such as [2], or that and the one before it: [1, 2]",
        ],
        [
            "a site that is none of the sites",
            (values) => delete section(values, "sites")["luxembourg"],
            'data-embassy:sites is {"tallinn":{"number":0},"restore":{"number":2}}; it must name this site, luxembourg: by its number there its members are told from other sites\'',
        ],
        [
            "a root that no site holds",
            (values) => (section(values, "keys")["root"] = "narva"),
            'data-embassy:keys.root is "narva"; it must be one of the sites (sites: tallinn, luxembourg, restore)',
        ],
        [
            "a site's number that another has",
            (values) => (section(values, "sites")["narva"] = { number: 1 }),
            "data-embassy:sites.narva.number is 1; it must be a number that no other site has, and luxembourg has it (sites.luxembourg.number): 3 is free",
        ],
        [
            "a site's number beyond three digits of an ordinal",
            (values) => (section(values, "sites")["narva"] = { number: 100 }),
            "data-embassy:sites.narva.number is 100; it must be 99 or less",
        ],
        [
            "a registry's number that another has",
            (values) => (registry(values, "land")["number"] = 6),
            "data-embassy:registries.population.number is 6; it must be a number that no other registry has, and land has it (registries.land.number): 1 is free",
        ],
        [
            "a registry's number for which there is no address",
            (values) => (registry(values, "land")["number"] = 32),
            "data-embassy:registries.land.number is 32; it must be 31 or less",
        ],
        [
            "a registry without a number",
            (values) => delete registry(values, "land")["number"],
            "data-embassy:registries.land.number is missing; it must be a number",
        ],
        [
            "members that reach into the next site's ordinals",
            (values) => (registry(values, "land")["members"] = 11),
            "data-embassy:registries.land.members is 11; it must be 10 or less: the next ordinal is that of the next site's first member",
        ],
        [
            "a registry with the name of Postgres' own database",
            (values) => (section(values, "registries")["template1"] = { ...registry(values, "land"), number: 9 }),
            "data-embassy:registries.template1 is not a name that can be used here; it must be another: databases use it themselves",
        ],
        [
            "no registries",
            (values) => {
                values["data-embassy:registries"] = {};
                delete values["data-embassy:edge"];
            },
            "data-embassy:registries is {}; it must name one or more: an embassy without a registry is none",
        ],
        [
            "numbers that are kept for less than a site may be alone",
            (values) => (values["data-embassy:monitoring"] = { retentionDays: 14, storage: "20Gi" }),
            "data-embassy:monitoring.retentionDays is 14; it must be 15 or more: a site may be alone for 14 days, and is asked about it afterwards",
        ],
        [
            "numbers that no disk has room for",
            (values) => (values["data-embassy:monitoring"] = { retentionDays: 30, storage: "5Ti" }),
            'data-embassy:monitoring.storage is "5Ti"; it must fit on one disk (cluster.machines: 4Ti)',
        ],
        [
            "a receiver that nothing is sent to",
            (values) => delete receivers(values).duty["webhook"],
            'data-embassy:monitoring.receivers.duty is {"severities":["page","ticket"]}; it must have one of webhook and mail',
        ],
        [
            "receivers without any",
            (values) => (values["data-embassy:monitoring"] = { ...MONITORING, receivers: {} }),
            "data-embassy:monitoring.receivers is {}; it must name one or more; without any, leave receivers out",
        ],
        [
            "a receiver told in the clear",
            (values) => Object.assign(receivers(values).duty["webhook"] ?? {}, { url: "http://alerts.state.example/" }),
            'data-embassy:monitoring.receivers.duty.webhook.url is "http://alerts.state.example/"; it must be like https://alerts.example/embassy, with nothing secret in it: a token is in the Secret (credentials)',
        ],
        [
            "a token in the open",
            (values) =>
                Object.assign(receivers(values).duty["webhook"] ?? {}, { url: "https://alerts.state.example/?t=1" }),
            'data-embassy:monitoring.receivers.duty.webhook.url is "https://alerts.state.example/?t=1"; it must be like https://alerts.example/embassy, with nothing secret in it: a token is in the Secret (credentials)',
        ],
        [
            "a receiver inside a site",
            (values) => Object.assign(receivers(values).duty["webhook"] ?? {}, { address: "10.33.0.1" }),
            'data-embassy:monitoring.receivers.duty.webhook.address is "10.33.0.1"; it must be outside of the sites, and is in the block 10.32.0.0/14',
        ],
        [
            "a receiver's server that anybody vouches for",
            (values) => Object.assign(receivers(values).duty["webhook"] ?? {}, { authority: "public" }),
            'data-embassy:monitoring.receivers.duty.webhook.authority is "public"; it must be the one certificate of the authority behind the server\'s, PEM',
        ],
        [
            "an unknown severity",
            (values) => Object.assign(receivers(values).duty, { severities: ["alarm"] }),
            'data-embassy:monitoring.receivers.duty.severities[0] is "alarm"; it must be one of page, ticket',
        ],
        [
            "a user of mail without a password",
            (values) => delete receivers(values).office["mail"]?.["credentials"],
            "data-embassy:monitoring.receivers.office.mail.credentials is missing; it must be there where user is",
        ],
        [
            "a password in a stack file",
            (values) => Object.assign(receivers(values).office["mail"] ?? {}, { password: "not to be shown" }),
            "data-embassy:monitoring.receivers.office.mail.password is not known; known here: from, to, host, port, address, authority, user, credentials",
        ],
        [
            "a page of a registry that there is not",
            (values) => delete section(values, "registries")["legislation"],
            'data-embassy:edge.public is {"networks":["0.0.0.0/0"],"requestsPerMinute":120}; it must be left out: it is the page of legislation, which registries has not',
        ],
        [
            "generations of a registry that there is not",
            (values) => (section(values, "keys")["generations"] = { ships: [2] }),
            "data-embassy:keys.generations.ships is [2]; it must be of one of the registries: taxes, land, businesses, identity-documents, pensions, legislation, population",
        ],
        [
            "a host's number that another host of the rack has",
            (values) => (rack(values, "a1")["hosts"] = { worker: [1, 2], "control-plane": [2] }),
            "data-embassy:cluster.racks.a1.hosts.control-plane is [2]; it must have numbers of its own: worker has one of them too (racks.a1.hosts.worker): 3 is free",
        ],
    ])("%s", (_, change, message) => {
        expect(problems(change)).toEqual([message]);
    });

    it("names one feed, and then all that is plugged into others", () => {
        const [first, ...others] = problems((values) => (section(values, "cluster")["feeds"] = { a: 10 }));
        expect(first).toBe(
            'data-embassy:cluster.feeds is {"a":10}; it must name two feeds or more: Tier IV bears the loss of one',
        );
        expect(others).toHaveLength(11);
        expect(others).toContain(
            'data-embassy:cluster.racks.a1.feeds[1] is "b"; it must be one of the feeds: a (cluster.feeds)',
        );
    });

    it("is told of all its problems at once, with nothing done", () => {
        const found = problems((values) => {
            section(values, "site")["role"] = "king";
            section(values, "cluster")["quorum"] = 1;
            delete registry(values, "taxes")["members"];
        });
        expect(found).toHaveLength(3);
    });

    it("counts no machines where a host is on no feed, and is told of all others at once", () => {
        const found = problems((values) => {
            rack(values, "b1")["feeds"] = [];
            section(values, "machines")["release"] = "v1.35.4";
            section(values, "machines")["workers"] = { a: 9 };
        });
        expect(found).toEqual([
            "data-embassy:cluster.racks.b1.feeds is []; it must name two feeds or more: what is in the rack is on none",
            'data-embassy:machines.release is "v1.35.4"; it must be a release of Kubernetes 1.36 (cluster.kubernetes)',
        ]);
    });

    it("may say nothing of machines, where somebody else makes them, and of how many, where it is all", () => {
        expect(problems((values) => delete values["data-embassy:machines"])).toEqual([]);
        expect(problems((values) => delete section(values, "machines")["workers"])).toEqual([]);
    });

    it("says which file to make where there is none", () => {
        expect(() => parseConfig("narva", {})).toThrow(
            /Pulumi\.narva\.yaml,.* missing or empty: copy Pulumi\.restore\.yaml/s,
        );
    });
});
