/** Postgres' major version, to which each database belongs: docs/decisions/registries.md. The paths below are those of Debian's packages for it. */
export const POSTGRES_MAJOR = "17";

/** Debian's package of the server. */
export const POSTGRES_PACKAGE = `postgresql-${POSTGRES_MAJOR}`;
/** Folders of its programs and libraries, and of the files that are the same on all machines. */
export const POSTGRES_LIBRARY = `/usr/lib/postgresql/${POSTGRES_MAJOR}`;
export const POSTGRES_SHARE = `/usr/share/postgresql/${POSTGRES_MAJOR}`;
export const POSTGRES_PROGRAMS = `${POSTGRES_LIBRARY}/bin`;

/** Home of the user `postgres`, and the folder of the server's socket. */
export const POSTGRES_HOME = "/var/lib/postgresql";
export const POSTGRES_SOCKET = "/run/postgresql";
