/** The users that processes run as: an image is made for one, and its pods are declared with the same. Pure. */

/** User and group of a process; the restricted profile forbids root. */
export interface Identity {
    readonly uid: number;
    readonly gid: number;
}

/** The user of the image `agents`, and of `object-store` beside it. */
export const AGENT_USER: Identity = { uid: 65532, gid: 65532 };

/** The user of a program that needs no other. Kubernetes' own images have this number, which is nobody's. */
export const NOBODY: Identity = { uid: 65535, gid: 65535 };

/**
 * No user of a machine has this number or a higher one, as the CIS benchmark asks, so that a process which gets out of its container is
 * nobody there.
 */
export const FIRST_UID = 10_000;

/** The user of the database and of what works on its files. Debian's package has 100, which machines use too. */
export const POSTGRES: Identity = { uid: 10_432, gid: 10_432 };

/** The lease agent beside a member, which the database lets in as a role of its own. It shares no file with the database but its socket. */
export const LEASE_AGENT_USER: Identity = { uid: 10_434, gid: 10_434 };

/** Names of those two where Postgres looks up who is at its socket: `/etc/passwd` of its image. */
export const USER_NAME = { postgres: "postgres", leaseAgent: "lease-agent" } as const;
