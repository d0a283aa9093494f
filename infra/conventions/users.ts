/** The users that processes run as: an image is made for one, and its pods are declared with the same. Pure. */

/** User and group of a process; the restricted profile forbids root. */
export interface Identity {
    readonly uid: number;
    readonly gid: number;
}

/** The user of the image `agents`, and of `object-store` beside it. */
export const AGENT_USER: Identity = { uid: 65532, gid: 65532 };

/** The user of a program that needs none of its own: Kubernetes' own images have this number, which is nobody's. */
export const NOBODY: Identity = { uid: 65535, gid: 65535 };

/** The user `postgres` in Debian's package. */
export const POSTGRES: Identity = { uid: 100, gid: 102 };
