/** Paths, in the images, of the programs that pods start. Pure. */

export const PROGRAM = {
    /** Tells receivers of alerts: toolchain/modules/prometheus/alertmanager. */
    alertmanager: "/usr/bin/alertmanager",
    /** Tells a server that its certificate was renewed: toolchain/modules/cert-manager/follow. */
    follow: "/usr/bin/follow",
    /** Hands the lead over before a member is ended: images/postgres/hand_over.py. */
    handOver: "/usr/lib/embassy/hand_over.py",
    /** Starts a registry's member: images/postgres/member.py. */
    member: "/usr/lib/embassy/member.py",
    patroni: "/usr/bin/patroni",
    prometheus: "/usr/bin/prometheus",
    pgbackrest: "/usr/bin/pgbackrest",
    python: "/usr/bin/python3",
    versitygw: "/usr/bin/versitygw",
} as const;

/** One of our own programs in the image `agents`. */
export function agentProgram(agent: string): string {
    return `/usr/lib/agents/${agent}.cjs`;
}
