/** Formats a status for people. */
import Table from "cli-table3";
import { colorsFor } from "../command-line/colors";
import type { LinkStatus } from "./links";
import { ROUND_TRIP_MS } from "./nodes/link";
import type { PartState, PartStatus, SiteStatus } from "./status";
import { TABLE_STYLE } from "../command-line/table";

const colors = colorsFor(process.stdout);
const MIB = 1024 * 1024;

const paint: Readonly<Record<PartState, (text: string) => string>> = {
    running: colors.green,
    unready: colors.yellow,
    dead: colors.red,
    failed: colors.red,
    stopped: colors.dim,
};
const stateText: Readonly<Partial<Record<PartState, string>>> = {
    unready: "not ready",
    failed: "failed on purpose",
};

function mebibytes(bytes: number | undefined): string {
    return bytes === undefined ? "" : `${Math.round(bytes / MIB)} MiB`;
}

function partRow({ part, state, pid, port, memoryBytes, since }: PartStatus): string[] {
    return [
        part,
        paint[state](stateText[state] ?? state),
        String(pid ?? ""),
        String(port ?? ""),
        mebibytes(memoryBytes),
        since === undefined ? "" : since.slice(0, 19).replace("T", " ") + "Z",
    ];
}

/** The table and, below it, the notes on each site. */
export function statusReport(sites: readonly SiteStatus[]): string {
    const table = new Table({
        head: ["site", "part", "state", "pid", "port", "memory", "since"],
        style: TABLE_STYLE,
        colAligns: ["left", "left", "left", "right", "right", "right", "left"],
    });
    for (const { site, parts } of sites) {
        table.push(...parts.map((part) => [site, ...partRow(part)]));
    }
    return [table.toString(), ...sites.flatMap((site) => [siteLine(site), ...backupLines(site)])].join("\n");
}

/**
 * When versions were last stored and verified, and how old those in each store are: one line for all registries, and one for each registry that
 * differs from the declaration.
 */
function backupLines({ site, stored = [], stores = [], problems: found = [], unknown }: SiteStatus): string[] {
    const ended = [...new Set(stored.map(({ job }) => job))].map((name) => {
        const states = stored.filter(({ job }) => job === name);
        const until = states.flatMap(({ until: end }) => end ?? []).sort()[0];
        return `${name} ${oldest(
            states.map(({ last }) => last),
            until && `, tried until ${until}`,
        )}`;
    });
    const held = [...new Set(stores.map(({ store }) => store))].map((name) => {
        const there = stores.filter(({ store }) => store === name);
        const ages = (["full", "version", "wal"] as const).map(
            (kind) => `${kind} ${oldest(there.map((each) => each[kind]))}`,
        );
        return `  in the store of ${name}, of the newest the oldest: ${ages.join(" · ")}`;
    });
    const problems = [
        ...stored.map(({ registry = "object store", job, problem }) => ({ of: `${registry}, ${job}`, problem })),
        ...stores.map(({ registry, store, problem }) => ({ of: `${registry}, store of ${store}`, problem })),
        ...found.map(({ registry, problem }) => ({ of: registry, problem })),
    ].flatMap(({ of, problem }) => (problem === undefined ? [] : [colors.red(`  ${of}: ${problem}`)]));
    return [
        ...(ended.length === 0 ? [] : [`  ${site} ended well, at the earliest: ${ended.join(" · ")}`]),
        ...held,
        ...problems,
        ...(unknown === undefined ? [] : [colors.red(`  ${unknown}`)]),
    ];
}

/** The earliest of these times, and how many are missing. */
function oldest(times: readonly (string | undefined)[], missingText = ""): string {
    const known = times.flatMap((time) => time ?? []).sort();
    const missing = times.length - known.length;
    return [...known.slice(0, 1), ...(missing > 0 ? [`not yet of ${missing}${missingText}`] : [])].join(", ");
}

function siteLine({ site, ready, up, nodes, nodeKind, disks, memoryBytes, kubeconfig }: SiteStatus): string {
    const verdict = ready ? colors.green("ready") : up ? colors.red("not ready") : colors.dim("down");
    const facts = [
        ...(nodes ? [`${nodes.ready} of ${nodes.total} ${nodeKind} nodes ready`] : []),
        ...(disks ? [`disks: ${disks.bound} bound, ${disks.available} available, ${disks.released} released`] : []),
        mebibytes(memoryBytes),
        `KUBECONFIG=${kubeconfig}`,
    ];
    const advice = up && !ready ? `\n  To mend it: npm run lab -- up ${site}` : "";
    const released = disks?.released
        ? `\n  Released disks hold data of claims that are gone. To free one: kubectl patch pv NAME --type=json -p '[{"op":"remove","path":"/spec/claimRef"}]'`
        : "";
    return `${site}: ${[verdict, ...facts].join(" · ")}${advice}${released}`;
}

/** `tallinn – luxembourg: up, 38 ms there and back`, with advice where the link is cut. */
export function linkLine({ sites, state }: LinkStatus): string {
    const how = state === "up" ? colors.green(`up, ${ROUND_TRIP_MS} ms there and back`) : colors.red("cut");
    return `${sites.join(" – ")}: ${how}${state === "cut" ? ". To mend it: npm run lab -- heal" : ""}`;
}
