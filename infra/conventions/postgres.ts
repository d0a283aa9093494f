/** Postgres' major version, and where Debian's packages of it have what. A database is of one: docs/decisions/registries.md. */
export const POSTGRES_MAJOR = "15";

/** Debian's package of the server. */
export const POSTGRES_PACKAGE = `postgresql-${POSTGRES_MAJOR}`;
/** Its programs and libraries, and what is the same on all machines. */
export const POSTGRES_LIBRARY = `/usr/lib/postgresql/${POSTGRES_MAJOR}`;
export const POSTGRES_SHARE = `/usr/share/postgresql/${POSTGRES_MAJOR}`;
export const POSTGRES_PROGRAMS = `${POSTGRES_LIBRARY}/bin`;

/** Home of the user `postgres`, and the folder of the server's socket. */
export const POSTGRES_HOME = "/var/lib/postgresql";
export const POSTGRES_SOCKET = "/run/postgresql";
