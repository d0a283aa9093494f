/** Renders the document that lists what fills a disk. */
import { join } from "node:path";
import { type EmbassyConfig, parseConfig } from "../../infra/site/config";
import { DAYS_ALONE } from "../../infra/keys/config";
import { AUDIT_LOG } from "../../infra/cluster/control-plane/audit";
import { diskHolders, diskTable } from "../../infra/registries/disk";
import { ASKING } from "../../infra/registries/roles";
import { stay, storeHolders } from "../../infra/registries/backups/store-disk";
import { stackValues } from "./stacks";

export const DISKS_FILE = join(__dirname, "..", "..", "docs", "disks.md");

/** Groups registries whose disks are filled alike, by the table that describes them. */
function tables(config: EmbassyConfig): Map<string, string[]> {
    const alike = new Map<string, string[]>();
    for (const [registry, { storage, walPerDay }] of Object.entries(config.registries)) {
        const table = `${storage} each, ${walPerDay} of WAL a day:\n\n${diskTable(diskHolders(registry, config))}`;
        alike.set(table, [...(alike.get(table) ?? []), registry]);
    }
    return alike;
}

/** The lines about the object store. */
function stored(config: EmbassyConfig): string[] {
    const { kept, hidden } = stay(config);
    return [
        "",
        `object store: ${config.storage.objectStore.storage}, of which nine tenths are for what is kept ${kept} days, the last ${hidden} of them hidden:`,
        "",
        diskTable(storeHolders(config)),
    ];
}

export function disksDocument(stacks: readonly string[]): string {
    return [
        "# What fills a disk",
        "",
        `A member of a registry goes on for ${DAYS_ALONE} days with another member, the other site, either object store, or all of them gone. Whatever holds`,
        "WAL has a limit that follows from the disk's size (`infra/registries/disk.ts`), and a preview refuses a disk on which the WAL of that time does not fit in",
        "one half: what is declared as `walPerDay`, and a segment of 1 MiB at each `archiveTimeout`, which a registry at rest fills as well. All WAL is one log: its",
        "holders hold ends of it, and the longest is what counts. `npm run expected:update` writes the tables; tests fail where they are not what is declared.",
        "",
        "What is stored is kept until the last that builds on it is past its retention and its object lock, and is then removed",
        "([write-once](decisions/write-once.md)). The volume's size follows from that and from the registries' (`infra/registries/backups/store-disk.ts`): a preview refuses one",
        "that would fill. Backups count as if nothing were compressed, and a differential one as all of the data, as all of it may have changed.",
        "A generation of keys that is no longer declared leaves a repository behind that stays ([rotation](decisions/rotation.md)).",
        ...stacks.flatMap((stack) => {
            const config = parseConfig(stack, stackValues(stack));
            const members = [...tables(config)].flatMap(([table, registries]) => [
                "",
                `${registries.join(", ")}: ${table}`,
            ]);
            return ["", `## ${stack}`, ...members, ...stored(config)];
        }),
        "",
        "## Elsewhere",
        "",
        "| what holds it | up to | by |",
        "|---|---|---|",
        "| a registry's data | two fifths of the disk | `data`, as it is declared, which a preview holds against the disk |",
        `| temporary files of the edge's questions | ${ASKING.temporaryMebibytes} MiB each, ${ASKING.connections} at once | \`temp_file_limit\` and the connection limit of the edge's roles |`,
        "| temporary files of the owner's sessions | as many times one session's as there are | nobody: who may write may fill the disk with data as well |",
        "| WAL that pgBackRest could not push | as above | not `archive-push-queue-max`: it would drop what neither store has |",
        "| a member's bootstrap that failed | one copy beside the data | Patroni, which removes the one before |",
        "| pgBackRest's word of what it has pushed | an empty file for each segment that waits | `spool-path`, on the member's disk |",
        "| Postgres' own log | as a pod's logs | `logging_collector` is off: it writes to its container's |",
        "| a core of Postgres | its memory, one | the host's `kernel.core_pattern`; without one the newest takes the place of the one before |",
        "| uploads into the object store that never ended | a day's | the purger |",
        "| what a verification reads | 256 MiB of lists | `emptyDir.sizeLimit`; what is stored it reads through, and keeps nothing |",
        "| temporary files of a pod | 1 GiB | `emptyDir.sizeLimit`, without which the policy pack takes no volume: the kubelet ends the pod |",
        "| a container's own file system | nothing | it is read-only, by the policy pack |",
        "| a pod's logs | five files of 10 MiB for each container | the kubelet's `containerLogMaxSize`, as it is by itself |",
        "| pods that have ended | three or seven of each Job | `successfulJobsHistoryLimit` and `failedJobsHistoryLimit` |",
        `| audit log of an API server | ${AUDIT_LOG.kept + 1} files of ${AUDIT_LOG.size} MiB, all but the one that is written compressed, to a fifteenth; ${AUDIT_LOG.days} days | \`--audit-log-maxsize\`, \`--audit-log-maxbackup\` and \`--audit-log-maxage\` |`,
        "| etcd | 2 GiB, and 320 MiB of its log | `--quota-backend-bytes` and `--max-wals`, as they are by themselves; API servers have it compacted each 5 minutes, and what is free is written again. Beyond it nothing is written but by who makes room: `etcdctl defrag`, `etcdctl alarm disarm` |",
        "| images of containers | 85 % of the machine's disk | the kubelet's garbage collection, as it is by itself; in the lab all of them are needed |",
        "| journal of an update | the update | it is folded into the state at its end |",
        "| history of a state | a file of the state's size for each `up` | nobody: on the operator's machine, in `.embassy/state`; old ones may be removed |",
        "",
    ].join("\n");
}
