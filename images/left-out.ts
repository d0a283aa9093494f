/** What no image needs of a package: files for reading, for installing and for booting. */

/** Path patterns: a match is left out with everything below it; `*` stands for any part of one name. */
export const LEFT_OUT: readonly string[] = [
    "/etc/alternatives",
    "/etc/apt",
    "/etc/cron.*",
    "/etc/default",
    "/etc/dpkg",
    "/etc/init.d",
    "/etc/logcheck",
    "/etc/logrotate.d",
    "/etc/systemd",
    "/usr/games",
    "/usr/include",
    "/usr/lib/*/pkgconfig",
    "/usr/lib/debug",
    "/usr/lib/dpkg",
    "/usr/lib/systemd",
    "/usr/lib/sysusers.d",
    "/usr/lib/tmpfiles.d",
    "/usr/lib/valgrind",
    "/usr/local",
    "/usr/share/applications",
    "/usr/share/apport",
    "/usr/share/bash-completion",
    "/usr/share/binfmts",
    "/usr/share/bug",
    "/usr/share/debconf",
    "/usr/share/doc",
    "/usr/share/doc-base",
    "/usr/share/dpkg",
    "/usr/share/gcc",
    "/usr/share/gdb",
    "/usr/share/i18n",
    "/usr/share/info",
    "/usr/share/lintian",
    "/usr/share/locale",
    "/usr/share/man",
    "/usr/share/menu",
    "/usr/share/pam-configs",
    "/usr/share/pixmaps",
    "/usr/share/polkit-1",
    "/usr/share/postgresql/*/man",
    "/usr/share/zsh",
    "/var/backups",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/log",
];

/** Files that are kept nevertheless, because most licences require that their text goes with the program. */
const KEPT = pattern("/usr/share/doc/*/copyright");

/**
 * @param patterns besides the ones above
 * @returns true for a path that matches, or lies below one that does
 */
export function leavesOut(patterns: readonly string[]): (path: string) => boolean {
    const all = new RegExp([...LEFT_OUT, ...patterns].map((path) => `${pattern(path).source}(?:/|$)`).join("|"));
    return (path) => all.test(path) && !KEPT.test(path);
}

function pattern(path: string): RegExp {
    return new RegExp(`^${path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")}`);
}
