/** Watches a registry's members while they are restored from backups, until they succeed, or fail for a reason. */
import { execFile } from "node:child_process";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { DATABASE, ROLE_LABEL } from "../infra/registries/plan-database";
import { registryNamespace } from "../infra/conventions/names";
import { LabError } from "../lab/errors";
import type { Site } from "../lab/options";
import { freeMebibytes } from "../lab/preflight";

const run = promisify(execFile);
const PAUSE_MS = 1_000;

interface Pod {
    readonly metadata: {
        readonly name: string;
        readonly namespace: string;
        readonly labels: Readonly<Record<string, string>>;
    };
    readonly status: {
        readonly containerStatuses?: readonly {
            readonly name: string;
            readonly restartCount: number;
            readonly ready: boolean;
        }[];
    };
}

/** On a full disk even programs stop that have nothing to do with the restore. */
export class DiskFull extends LabError {}

/**
 * Runs until `signal` says that the site is up.
 * @param elapsed seconds since the restore began
 * @param onAnswer called when the first leader answers
 * @returns registry → when its leader was first seen to answer, by `elapsed`
 * @throws LabError as soon as the disk is full, or a member gives up a second time, with the member's message: Patroni ends where the restore
 * fails, and its container starts again. One failure may come from a store that did not answer, or from a busy machine; a second one
 * will repeat itself.
 */
export async function followMembers(
    site: Site,
    registries: readonly string[],
    signal: AbortSignal,
    elapsed: () => number,
    onAnswer: () => void,
): Promise<Readonly<Record<string, number>>> {
    const kubectl = async (...args: string[]): Promise<string> => {
        const command = path.join(site.binDirectory, "kubectl");
        const { stdout } = await run(command, [`--kubeconfig=${site.paths.kubeconfig}`, ...args], {
            maxBuffer: Infinity,
        });
        return stdout;
    };
    const answered: Record<string, number> = {};
    for (;;) {
        // Members that came up last are still looked at once more.
        const isUp = signal.aborted;
        await refuseFilledDisk(site.paths.directory);
        const selector = `--selector=app.kubernetes.io/name=${DATABASE}`;
        // Before there are pods, and while the API server is busy, there is nothing to see.
        const listed = await kubectl("get", "pods", "--all-namespaces", selector, "--output=json").catch(() => "");
        const { items } = (listed === "" ? { items: [] } : JSON.parse(listed)) as { items: Pod[] };
        for (const { metadata, status } of items) {
            const { name: pod, namespace, labels } = metadata;
            const registry = registries.find((one) => registryNamespace(one) === namespace);
            const member = status.containerStatuses?.find(({ name }) => name === DATABASE);
            if (registry === undefined || member === undefined) {
                continue;
            }
            if (member.restartCount > 1) {
                const previous = [`--namespace=${namespace}`, pod, `--container=${DATABASE}`, "--previous"];
                const log = await kubectl("logs", ...previous).catch(() => "");
                throw new LabError(
                    `${registry} could not be restored; its member ${pod} said:\n${reasons(log).join("\n")}`,
                );
            }
            if (member.ready && labels[ROLE_LABEL.key] === ROLE_LABEL.leader) {
                onAnswer();
                answered[registry] ??= elapsed();
            }
        }
        if (isUp) {
            return answered;
        }
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
}

/** Where nothing can be written, etcd and Postgres end or wait, and a run would only notice when its patience ends. */
async function refuseFilledDisk(directory: string): Promise<void> {
    const free = await freeMebibytes(directory);
    if (free < LEAST_MIB) {
        throw new DiskFull(
            `The disk of ${directory} has filled up: ${free} MiB are free, and no restore goes on with less than ${LEAST_MIB} MiB. Free some.`,
        );
    }
}

const LEAST_MIB = 64;

/** The lines that give a reason, without the errors that follow from it. */
export function reasons(log: string): string[] {
    const lines = log
        .split("\n")
        .filter(
            (line, index, all) =>
                SAYS_WHY.test(line) || HINT.test(line) || (INDENTED.test(line) && SAYS_WHY.test(all[index - 1] ?? "")),
        )
        .filter((line) => !/the database system is (starting up|not (yet )?accepting)|Failed to bootstrap/.test(line));
    return lines.length > 0 ? [...new Set(lines)].slice(0, LINES).map((line) => `  ${line.trim()}`) : ["  (nothing)"];
}

const LINES = 8;
const SAYS_WHY = /\b(ERROR|FATAL|PANIC)\b/;
const HINT = /HINT:/;
/** pgBackRest indents the details of a message. */
const INDENTED = /^ {4,}\S/;
