/** A site's ports are chosen once and then kept, because kubeconfigs in other people's hands name them. */
import { randomInt } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { withLock } from "../command-line/lock.js";
import { LabError } from "./errors";
import { ensureFile, readJson } from "../command-line/files";
import { SitePaths, labDirectory } from "./paths";
import { holderOf, isFree } from "./processes/port-holder";

export const portNames = [
    "etcd",
    "etcd-peer",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
] as const;
export type PortName = (typeof portNames)[number];
export type Ports = Readonly<Record<PortName, number>>;

/**
 * The range is below the ports that systems give to outgoing connections (Linux: 32768 and up), because one of those could use a remembered
 * port while the site is down; and it is clear of Kubernetes' node ports (30000–32767).
 */
const RANGE = { from: 20000, to: 30000 };

function isPort(value: unknown): value is number {
    return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;
}

/** The ports in the site's file. A missing or damaged file counts as empty. */
export async function rememberedPorts(paths: SitePaths): Promise<Partial<Ports>> {
    const json = await readJson(paths.ports);
    const entries = typeof json === "object" && json !== null ? Object.entries(json) : [];
    return Object.fromEntries(entries.filter(([, port]) => isPort(port)));
}

async function portsOfAllSites(home: string): Promise<Set<number>> {
    const sites = await fs.readdir(labDirectory(home)).catch(() => []);
    const ports = await Promise.all(sites.map((site) => rememberedPorts(new SitePaths(home, site))));
    return new Set(ports.flatMap((remembered) => Object.values(remembered)));
}

/** The site's remembered ports, and free ones for parts that have none; new ones for all parts where `renew` is set. */
export async function ensurePorts(paths: SitePaths, renew = false): Promise<Ports> {
    const remembered = renew ? {} : await rememberedPorts(paths);
    if (isComplete(remembered)) {
        return remembered;
    }
    // Only one site at a time chooses its ports, because two could choose the same.
    return withLock(path.join(labDirectory(paths.home), ".locks", "ports"), async () => {
        const taken = await portsOfAllSites(paths.home);
        const chosen: Partial<Record<PortName, number>> = { ...remembered };
        let candidate = randomInt(RANGE.from, RANGE.to - 1000);
        for (const name of portNames) {
            while (chosen[name] === undefined) {
                if (candidate >= RANGE.to) {
                    throw new LabError(
                        `No free port on 127.0.0.1 up to ${RANGE.to}: stop something that listens there.`,
                    );
                }
                if (!taken.has(candidate) && (await isFree(candidate))) {
                    chosen[name] = candidate;
                }
                candidate += 1;
            }
        }
        await ensureFile(paths.ports, `${JSON.stringify(chosen, null, 4)}\n`);
        return chosen as Ports;
    });
}

function isComplete(ports: Partial<Ports>): ports is Ports {
    return portNames.every((name) => ports[name] !== undefined);
}

/** @throws LabError naming every one of `names` whose remembered port a foreign process holds. */
export async function refuseTakenPorts(site: string, ports: Partial<Ports>, names: readonly PortName[]): Promise<void> {
    const problems: string[] = [];
    for (const name of names) {
        const port = ports[name];
        if (port !== undefined && !(await isFree(port))) {
            const holder = (await holderOf(port)) ?? "a process of another user";
            problems.push(`Port ${port} of ${site}/${name} is held by ${holder}.`);
        }
    }
    if (problems.length > 0) {
        problems.push(`Stop what holds it, or choose other ports: npm run lab -- up ${site} --new-ports`);
        throw new LabError(problems.join("\n"));
    }
}
