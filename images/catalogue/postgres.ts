/** A registry's database: Postgres, Patroni, which chooses the primary, and pgBackRest, which makes backups. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
    POSTGRES_HOME,
    POSTGRES_LIBRARY,
    POSTGRES_PACKAGE,
    POSTGRES_PROGRAMS,
    POSTGRES_SHARE,
    POSTGRES_SOCKET,
} from "../../infra/conventions/postgres";
import { PROGRAM } from "../../infra/conventions/programs";
import { LEASE_AGENT_USER, POSTGRES, USER_NAME } from "../../infra/conventions/users";
import type { Image } from "../declaration";

/** Users that the database lets in at its socket. */
const USERS = [
    { name: USER_NAME.postgres, home: POSTGRES_HOME, ...POSTGRES },
    { name: USER_NAME.leaseAgent, home: "/", ...LEASE_AGENT_USER },
];

const INSTALLATION = "only maintainer scripts call it, and none runs";
const PERL = "only the scripts of postgresql-common are in Perl; Patroni takes their place";
const COMPILER = "queries are not compiled: it pays for long analyses alone, and is the size of all the rest";
const STORE = "Patroni keeps its state in Kubernetes, with a client of its own";
const CLUSTERS = "Patroni makes and starts the database";

export const postgres: Image = {
    name: "postgres",
    packages: [
        POSTGRES_PACKAGE,
        "patroni",
        "pgbackrest",
        // Postgres runs archive_command and restore_command through sh, and so does initdb with its own programs.
        "dash",
    ],
    // It tells the others of a renewed certificate.
    programs: [{ part: "follow", path: PROGRAM.follow }],
    without: {
        adduser: INSTALLATION,
        "base-passwd": INSTALLATION,
        debconf: INSTALLATION,
        debianutils: INSTALLATION,
        dpkg: INSTALLATION,
        "init-system-helpers": INSTALLATION,
        libdebconfclient0: INSTALLATION,
        "login.defs": INSTALLATION,
        passwd: INSTALLATION,
        "sensible-utils": INSTALLATION,
        "sysvinit-utils": INSTALLATION,
        tar: INSTALLATION,
        ucf: INSTALLATION,
        "libsemanage-common": INSTALLATION,
        libsemanage2: INSTALLATION,
        libsepol2: INSTALLATION,
        "libpam-modules-bin": "it holds programs with setuid",
        libllvm19: COMPILER,
        "libz3-4": COMPILER,
        perl: PERL,
        "perl-base": PERL,
        "perl-modules-5.40": PERL,
        "libperl5.40": PERL,
        "libio-pty-perl": PERL,
        "libipc-run-perl": PERL,
        "libjson-perl": PERL,
        "libtext-charwidth-perl": PERL,
        "libtext-wrapi18n-perl": PERL,
        "postgresql-common": CLUSTERS,
        "postgresql-common-dev": CLUSTERS,
        "postgresql-client-common": CLUSTERS,
        procps: CLUSTERS,
        "libproc2-0": CLUSTERS,
        "ssl-cert": "certificates come from the site's own authority",
        openssl: "certificates come from the site's own authority",
        "ca-certificates": "only the site's own authority is trusted",
        "openssl-provider-legacy": "no old algorithm is used",
        "python3-consul": STORE,
        "python3-requests": STORE,
        "python3-certifi": STORE,
        "python3-chardet": STORE,
        "python3-charset-normalizer": STORE,
        "python3-idna": STORE,
        locales: "C.UTF-8, which libc-bin holds, sorts the same on every machine and in every release",
        "libc-l10n": "messages are in English",
    },
    leaveOut: [
        // Their interpreters and libraries are left out above; Postgres looks for these files before it uses them.
        `${POSTGRES_LIBRARY}/lib/bitcode`,
        `${POSTGRES_LIBRARY}/lib/llvmjit*`,
        `${POSTGRES_LIBRARY}/lib/*plperl*`,
        `${POSTGRES_SHARE}/extension/*plperl*`,
        // pgBackRest would take this example stanza for ours.
        "/etc/pgbackrest.conf",
        // These are for Patroni's other stores and clouds, and a template for postgresql-common.
        "/usr/bin/patroni_*",
        "/usr/bin/pg_createconfig_patroni",
        // These are scripts for a shell that is not here, tools for writing or installing Python, and what only root would do.
        "/usr/bin/ldd",
        "/usr/bin/tzselect",
        "/usr/bin/pdb3*",
        "/usr/bin/py3*",
        "/usr/bin/pydoc3*",
        "/usr/bin/pygettext3*",
        "/usr/sbin",
    ],
    user: POSTGRES,
    entrypoint: [PROGRAM.patroni],
    env: {
        PATH: `${POSTGRES_PROGRAMS}:/usr/bin`,
        HOME: POSTGRES_HOME,
        LANG: "C.UTF-8",
        // The root file system is read-only: Python would try in vain at each start.
        PYTHONDONTWRITEBYTECODE: "1",
        // Log lines appear when they are written.
        PYTHONUNBUFFERED: "1",
    },
    files: {
        [PROGRAM.member]: script("member.py"),
        // Parts of the first.
        ...Object.fromEntries(
            ["metrics.py", "unfinished.py"].map((name) => [join(dirname(PROGRAM.member), name), script(name)]),
        ),
        [PROGRAM.handOver]: script("hand_over.py"),
        "/etc/passwd": lines(
            "root:x:0:0:root:/root:/usr/sbin/nologin",
            ...USERS.map(({ name, uid, gid, home }) => `${name}:x:${uid}:${gid}::${home}:/usr/sbin/nologin`),
        ),
        "/etc/group": lines("root:x:0:", ...USERS.map(({ name, gid }) => `${name}:x:${gid}:`)),
        // Without it glibc asks the DNS server before /etc/hosts.
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    },
    folders: {
        [POSTGRES_HOME]: { ...POSTGRES, mode: 0o700 },
        [POSTGRES_SOCKET]: { ...POSTGRES, mode: 0o775 },
        "/tmp": { uid: 0, gid: 0, mode: 0o1777 },
        "/var/log/pgbackrest": { ...POSTGRES, mode: 0o750 },
        "/var/spool/pgbackrest": { ...POSTGRES, mode: 0o750 },
    },
};

/** The text of a program that lies in images/postgres. */
function script(name: string): string {
    return readFileSync(join(__dirname, "..", "postgres", name), "utf8");
}

function lines(...all: readonly string[]): string {
    return all.map((line) => `${line}\n`).join("");
}
