/** Turns a stack file into typed configuration. It is strict, and reports every problem at once. */
import { z } from "zod";
import { cidr } from "../conventions/cidr";
import { cluster, largestDisk, workerHosts } from "../cluster/config";
import { edge } from "../edge/config";
import { PROJECT } from "../conventions/names";
import { InputError, describeIssues } from "../conventions/errors";
import { GIVES_UP_SECONDS } from "../registries/replication/plan";
import { keys } from "../keys/config";
import { machineProblems, machines } from "../cluster/machines/config";
import { monitoring } from "../monitoring/config";
import { networking } from "../networking/config";
import { amount } from "../conventions/quantity";
import { neededDays, recovery } from "../registries/backups/config";
import { registries } from "../registries/config";
import { replication } from "../registries/replication/config";
import { otherSite, restore } from "../restore/config";
import { pairedSite, restoredSite, sites } from "../conventions/site";
import { byNumber } from "../conventions/numbers";
import { GAZETTE_READS } from "../conventions/registries";
import { storage } from "../storage/config";

const shared = {
    sites,
    cluster,
    machines,
    networking,
    storage,
    keys,
    replication,
    recovery,
    registries,
    edge,
    monitoring,
};

const paired = z.strictObject({ site: pairedSite, ...shared });
const restored = z.strictObject({ site: restoredSite, restore, ...shared });

/** The configuration by the role of its site, which decides what there is besides the common sections. */
export type EmbassyConfig = z.infer<typeof paired> | z.infer<typeof restored>;

const schemas = { paired: paired.superRefine(together), restored: restored.superRefine(together) };

function schemaFor(raw: Readonly<Record<string, unknown>>): z.ZodType<EmbassyConfig> {
    const { role } = (raw["site"] ?? {}) as { readonly role?: unknown };
    return role === "restore" ? schemas.restored : schemas.paired;
}

/** Checks what sections require of each other. */
function together(config: EmbassyConfig, context: z.RefinementCtx): void {
    const problem = (path: (string | number)[], message: string): void =>
        context.addIssue({ code: "custom", path, message });
    const { name } = config.site;
    const known = Object.keys(config.sites);
    if (!known.includes(name)) {
        problem(["sites"], `must name this site, ${name}: by its number there its members are told from other sites'`);
    }
    if (!known.includes(config.keys.root)) {
        problem(["keys", "root"], `must be one of the sites (sites: ${known.join(", ")})`);
    }
    const declared = Object.keys(config.registries);
    const generations = {
        keys: config.keys.generations,
        restore: "restore" in config ? (config.restore.generations ?? {}) : {},
    };
    for (const [top, each] of Object.entries(generations)) {
        for (const registry of Object.keys(each).filter((one) => !declared.includes(one))) {
            problem([top, "generations", registry], `must be of one of the registries: ${declared.join(", ")}`);
        }
    }
    if (config.edge?.public !== undefined && !declared.includes(GAZETTE_READS)) {
        problem(["edge", "public"], `must be left out: it is the page of ${GAZETTE_READS}, which registries has not`);
    }
    if (name in config.networking.peers) {
        problem(["networking", "peers", name], "must be another site, not this one");
    }
    for (const [peer, where] of Object.entries(config.networking.peers)) {
        if (!known.includes(peer) && peer !== name) {
            problem(
                ["networking", "peers", peer],
                `must be one of the sites (sites: ${known.join(", ")}): nobody else has a route here; take ${where.block} out`,
            );
        }
    }
    const other = otherSite(config);
    if (!(other in config.networking.peers)) {
        problem(
            "restore" in config ? ["restore", "from"] : ["site", "partner"],
            `must be one of the peers (${peers(config)})`,
        );
    }
    const { block, peers: others } = config.networking;
    const inside = [block, ...Object.values(others).map((peer) => peer.block)];
    const apart = (networks: readonly string[] | undefined, section: readonly string[], who: string): void =>
        networks?.forEach((network, index) => {
            const own = inside.find((range) => cidr.overlap(range, network));
            if (own !== undefined) {
                problem(
                    [...section, "networks", index],
                    `must not overlap a site's block (${own}): ${who} are outside`,
                );
            }
        });
    apart(config.edge?.networks, ["edge"], "allies");
    apart(config.monitoring?.viewers?.networks, ["monitoring", "viewers"], "viewers");
    config.edge?.public?.networks.forEach((network, index) => {
        const around = inside.find((range) => cidr.contains(range, network));
        if (around !== undefined) {
            problem(
                ["edge", "public", "networks", index],
                `must not lie in a site's block (${around}): the public is outside`,
            );
        }
    });
    const outside = (address: string | undefined, path: readonly string[]): void => {
        const around = inside.find((range) => address !== undefined && cidr.contains(range, `${address}/32`));
        if (around !== undefined) {
            problem([...path, "address"], `must be outside of the sites, and is in the block ${around}`);
        }
    };
    outside(config.storage.publicCloud?.address, ["storage", "publicCloud"]);
    for (const [name, { webhook, mail }] of Object.entries(config.monitoring?.receivers ?? {})) {
        const receiver = ["monitoring", "receivers", name];
        outside(webhook?.address, [...receiver, "webhook"]);
        outside(mail?.address, [...receiver, "mail"]);
    }
    if (config.machines !== undefined) {
        for (const [path, message] of machineProblems(config.machines, config.cluster)) {
            problem(["machines", ...path], message);
        }
    }
    const zones = workerHosts(config.cluster).size;
    const disk = largestDisk(config.cluster);
    const fitsOnDisk = (path: string[], size: string): void => {
        if (disk === undefined || amount(size) > amount(disk)) {
            problem(path, `must fit on one disk (cluster.machines: ${disk ?? "none has disks"})`);
        }
    };
    fitsOnDisk(["storage", "objectStore", "storage"], config.storage.objectStore.storage);
    if (config.monitoring !== undefined) {
        fitsOnDisk(["monitoring", "storage"], config.monitoring.storage);
    }
    const { acrossSites, leaseSeconds, maximumLag } = config.replication;
    const unseen = leaseSeconds + GIVES_UP_SECONDS;
    if (acrossSites !== "sync" && maximumLag >= unseen) {
        problem(
            ["replication", "maximumLag"],
            `must be less than ${unseen}: a primary that is cut off may go on for so long (leaseSeconds: ${leaseSeconds}, and ` +
                `${GIVES_UP_SECONDS} s until Patroni gives up), and whoever takes its place would lose that and ask nobody`,
        );
    }
    if (maximumLag > config.recovery.archiveTimeout) {
        problem(
            ["replication", "maximumLag"],
            `must be ${config.recovery.archiveTimeout} or less: a restore from backups loses no more ` +
                "(recovery.archiveTimeout), so a promotion that does has to be asked for",
        );
    }
    const { retentionDays } = config.recovery;
    if (config.storage.objectLockDays < retentionDays) {
        problem(
            ["storage", "objectLockDays"],
            `must be ${retentionDays} or more: what a restore may need must not be removed (recovery.retentionDays)`,
        );
    }
    const needed = neededDays(config.recovery);
    if (needed !== undefined && config.storage.objectLockDays < needed) {
        problem(
            ["storage", "objectLockDays"],
            `must be ${needed} or more: the window, the longest time between two full backups, and a day for one that is late ` +
                `(recovery.windowDays: ${config.recovery.windowDays}, recovery.full: "${config.recovery.full}"), or full backups more often`,
        );
    }
    for (const [registry, { members, storage: size }] of Object.entries(config.registries)) {
        if (members < zones) {
            problem(["registries", registry, "members"], `must be ${zones} or more: one in each zone with workers`);
        }
        fitsOnDisk(["registries", registry, "storage"], size);
    }
}

function peers({ networking }: { networking: { peers: object } }): string {
    return Object.keys(networking.peers).join(", ");
}

/** Everything that is wrong with a stack's configuration, a line each. */
export class ConfigError extends InputError {
    constructor(
        stack: string,
        readonly problems: readonly string[],
    ) {
        const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
        super(
            [
                `Pulumi.${stack}.yaml, with what Pulumi.yaml has for every stack, has ${count}; nothing was changed:`,
                ...problems.map((p) => `  - ${p}`),
            ].join("\n"),
        );
        this.name = "ConfigError";
    }
}

/**
 * @param stack the stack's name, for messages
 * @param values the stack's configuration as the stack file has it: `{ "data-embassy:site": {…}, … }`; keys of other projects are ignored
 * @throws ConfigError that names each key that is missing, unknown or wrong, what was found, and what would be right
 */
export function parseConfig(stack: string, values: Readonly<Record<string, unknown>>): EmbassyConfig {
    const raw = Object.fromEntries(
        Object.entries(values)
            .filter(([key]) => key.startsWith(`${PROJECT}:`))
            .map(([key, value]) => [key.slice(PROJECT.length + 1), value]),
    );
    // The project has all other sections for every stack.
    if (!("site" in raw) && !("networking" in raw)) {
        const how = `copy Pulumi.restore.yaml to Pulumi.${stack}.yaml and give it a site and a network of its own`;
        throw new ConfigError(stack, [`the file is missing or empty: ${how}`]);
    }
    const schema = schemaFor(raw);
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
        throw new ConfigError(stack, describeIssues(parsed.error.issues, schema, raw));
    }
    return ordered(parsed.data);
}

/** Sorts sites, peers and registries by number, because a file names them in its own order, and the engine hands them over in that of their names. */
function ordered(config: EmbassyConfig): EmbassyConfig {
    const { networking } = config;
    const sites = byNumber(config.sites);
    const peers = Object.keys(sites).flatMap((name) => {
        const peer = networking.peers[name];
        return peer === undefined ? [] : [[name, peer] as const];
    });
    return {
        ...config,
        sites,
        registries: byNumber(config.registries),
        networking: { ...networking, peers: Object.fromEntries(peers) },
    };
}
