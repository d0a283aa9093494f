/** The parts of a site: the processes of its control plane, and kwok in place of its kubelets where nodes are simulated. */
import type { NodeKind } from "./inventory";
import type { CertificateName } from "./pki/catalogue";
import { together } from "../command-line/together";

/** These are also the names of their binaries, in the order in which a status lists them. */
export const partNames = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type PartName = (typeof partNames)[number];

/** The parts of a site whose nodes are of this kind. */
export function partsWith(nodes: NodeKind): PartName[] {
    return partNames.filter((part) => nodes === "simulated" || part !== "kwok");
}

export function isPartName(name: string): name is PartName {
    return (partNames as readonly string[]).includes(name);
}

/** Something that the supervisor keeps alive in one site. */
export interface Supervised {
    /** Names its log and its record. */
    readonly name: string;
    /** Path of the program; the default is the binary of that name in the lab's folder. Where it is set, an argument must be the record's path. */
    readonly program?: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** Files that the process reads only at its start: where one changes, it must be started again. */
    readonly reads: readonly string[];
    /** It ignores requests to end, so it is stopped as by a power cut. */
    readonly deaf?: true;
    /** It goes into a control group of its own instead of the site's share. */
    readonly grouped?: true;
}

/** A part of the control plane, as one site runs it. */
export interface Part extends Supervised {
    readonly name: PartName;
    readonly port: number;
}

/** A step while a site comes up: a part is started, or the lab's objects are put into the API. */
export type Step = PartName | "objects";

const dependsOn: Readonly<Record<Step, readonly Step[]>> = {
    etcd: [],
    "kube-apiserver": ["etcd"],
    "kube-controller-manager": ["kube-apiserver"],
    "kube-scheduler": ["kube-apiserver"],
    objects: ["kube-apiserver"],
    // kwok's permissions are among the objects.
    kwok: ["kube-apiserver", "objects"],
};

/** A question over TLS to a process of the site. */
export interface Query {
    readonly port: number;
    readonly path: string;
    /** Authority that signed the certificate of the process that answers. */
    readonly authority: "ca" | "etcd-ca";
    /** Certificate with which the question is asked. */
    readonly as: CertificateName;
}

/** The question that a part answers with 200 once it works. */
export function readiness(part: PartName, port: number): Query {
    switch (part) {
        case "etcd":
            return { port, path: "/health", authority: "etcd-ca", as: "apiserver-etcd-client" };
        case "kube-apiserver":
        case "kube-scheduler":
            return { port, path: "/readyz", authority: "ca", as: "admin" };
        case "kube-controller-manager":
        case "kwok":
            return { port, path: "/healthz", authority: "ca", as: "admin" };
    }
}

/** Visits every step after those that it depends on, and several at once where that allows it. */
export async function inStartOrder(parts: readonly PartName[], visit: (step: Step) => Promise<void>): Promise<void> {
    await walk([...parts, "objects"], (step) => dependsOn[step], visit);
}

/**
 * Visits every part after those that depend on it: an API server whose etcd has ended first would linger for a minute.
 */
export async function inStopOrder(visit: (part: PartName) => Promise<void>): Promise<void> {
    await walk(partNames, (part) => partNames.filter((other) => dependsOn[other].includes(part)), visit);
}

async function walk<T extends Step>(
    all: readonly T[],
    before: (one: T) => readonly T[],
    visit: (one: T) => Promise<void>,
): Promise<void> {
    const visits = new Map<T, Promise<void>>();
    const start = (one: T): Promise<void> => {
        const visited = visits.get(one) ?? Promise.all(before(one).map(start)).then(() => visit(one));
        visits.set(one, visited);
        return visited;
    };
    await together(all.map(start));
}
