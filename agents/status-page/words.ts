/** The page's words, in both languages, and how instants and amounts are written. Pure. */
import type { Line, Verdict } from "./reading";

export const LANGUAGES = ["en", "et"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Whoever is on duty, and what Estonian law counts by, follow Estonia's clock, wherever the site is. */
const ZONE = "Europe/Tallinn";

/** Bytes as `16 MiB`, which both languages write alike. */
export function amountInWords(bytes: number): string {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
    return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? ""}`;
}

/** @param at milliseconds since 1970 */
export function instantInWords(at: number, { language }: Words): string {
    return new Intl.DateTimeFormat(LOCALE[language], {
        dateStyle: "medium",
        timeStyle: "medium",
        timeZone: ZONE,
    }).format(at);
}

export function hourInWords(at: Date, { language }: Words): string {
    return new Intl.DateTimeFormat(LOCALE[language], { hour: "2-digit", minute: "2-digit", timeZone: ZONE }).format(at);
}

const LOCALE = { en: "en-GB", et: "et" } as const;

/** What a line shows last, and the most that it shows. */
export function lagInWords({ registry, points }: Line): readonly [registry: string, last: string, most: string] {
    const all = points.map(([, bytes]) => bytes);
    return [registry, amountInWords(all.at(-1) ?? 0), amountInWords(Math.max(0, ...all))];
}

const ENGLISH = {
    language: "en" as Language,
    languageName: "English",
    title: (site: string) => `How ${site} is`,
    skip: "Skip to the content",
    asOf: "As of",
    time: "Estonian time",
    old: "What is shown here is older than 15 seconds. Do not rely on it.",
    left: "This page has not been renewed for 15 seconds. Load it again.",
    silent: "Prometheus has not answered since",
    never: "Nothing has been measured yet.",
    verdict: {
        red: "Act now",
        amber: "Look at it on the next working day",
        green: "Nothing is wrong",
    } as Readonly<Record<Verdict, string>>,
    color: { red: "Red", amber: "Amber", green: "Green" } as Readonly<Record<Verdict, string>>,
    count: (pages: number, tickets: number) => `calls: ${pages}, tickets: ${tickets}`,
    alerts: "What is wrong",
    noAlerts: "No alert fires.",
    severity: { page: "call", ticket: "ticket" },
    since: "since",
    who: { operator: "operator", custodians: "custodians" } as Readonly<Record<string, string>>,
    toDo: "What to do",
    registries: "Registries, and who is primary",
    registry: "Registry",
    here: "here",
    leads: { primary: "primary", standby: "standby" },
    nobody: "nobody leads",
    other: "the other site",
    heard: "last heard",
    lease: "may write until",
    unknown: "not measured here",
    lag: "Lag over the last day",
    lagWhere: "WAL that a promotion would lose, measured where a registry is a standby.",
    lagSummary: (lines: readonly Line[]) =>
        lines
            .map(lagInWords)
            .map(([name, last, most]) => `${name}: ${last} now, ${most} at most`)
            .join("; "),
    now: "now",
    most: "most",
    backups: "Backups",
    work: "Work",
    store: "the object store",
    last: "Last success",
    neverYet: "never",
    state: "State",
    inTime: "in time",
    late: "late or failed",
    certificates: "Certificates that end first",
    certificate: "Certificate",
    daysLeft: "Days left",
    differs: "Not as declared",
    machinesAway: (away: number, count: number) => `Machines away: ${away} of ${count}`,
    podsMissing: (missing: number) => `pods missing: ${missing}`,
    database: "database",
    asDeclared: "Machines, workloads and databases are as declared.",
    refused: {
        403: "This certificate is not, or no longer, admitted.",
        404: "There is no such page.",
        405: "The state is read here, and nothing else.",
        429: "Too many requests: ask again in a minute.",
        500: "The page could not be made.",
    },
};

export type Words = typeof ENGLISH;

const ESTONIAN: Words = {
    language: "et",
    languageName: "Eesti keeles",
    title: (site) => `${site}: kuidas läheb`,
    skip: "Sisu juurde",
    asOf: "Seisuga",
    time: "Eesti aja järgi",
    old: "Siin näidatu on vanem kui 15 sekundit. Ära sellele toetu.",
    left: "Lehte ei ole 15 sekundit uuendatud. Laadi see uuesti.",
    silent: "Prometheus ei vasta alates",
    never: "Midagi ei ole veel mõõdetud.",
    verdict: { red: "Tegutse kohe", amber: "Vaata järgmisel tööpäeval", green: "Kõik on korras" },
    color: { red: "Punane", amber: "Kollane", green: "Roheline" },
    count: (pages, tickets) => `kutseid: ${pages}, töid: ${tickets}`,
    alerts: "Mis on valesti",
    noAlerts: "Ükski häire ei kesta.",
    severity: { page: "kutse", ticket: "töö" },
    since: "alates",
    who: { operator: "operaator", custodians: "võtmehoidjad" },
    toDo: "Mida teha",
    registries: "Registrid ja kes on esmane",
    registry: "Register",
    here: "siin",
    leads: { primary: "esmane", standby: "varu" },
    nobody: "keegi ei juhi",
    other: "teine asukoht",
    heard: "viimati kuuldud",
    lease: "võib kirjutada kuni",
    unknown: "siin ei mõõdeta",
    lag: "Mahajäämus viimasel ööpäeval",
    lagWhere: "WAL, mille ülevõtmine kaotaks; mõõdetakse selles asukohas, kus register on varu.",
    lagSummary: (lines) =>
        lines
            .map(lagInWords)
            .map(([name, last, most]) => `${name}: praegu ${last}, enim ${most}`)
            .join("; "),
    now: "praegu",
    most: "enim",
    backups: "Varukoopiad",
    work: "Töö",
    store: "objektihoidla",
    last: "Viimati õnnestus",
    neverYet: "mitte kunagi",
    state: "Seis",
    inTime: "õigel ajal",
    late: "hilineb või nurjus",
    certificates: "Esimesena lõppevad sertifikaadid",
    certificate: "Sertifikaat",
    daysLeft: "Päevi jäänud",
    differs: "Erineb kirjeldatust",
    machinesAway: (away, count) => `Masinaid eemal: ${away}/${count}`,
    podsMissing: (missing) => `puuduvaid pode: ${missing}`,
    database: "andmebaas",
    asDeclared: "Masinad, töökoormused ja andmebaasid on nii, nagu kirjeldatud.",
    refused: {
        403: "Seda sertifikaati ei lubata või enam ei lubata.",
        404: "Sellist lehte ei ole.",
        405: "Siin saab ainult lugeda.",
        429: "Liiga palju päringuid: proovi minuti pärast.",
        500: "Lehte ei saanud teha.",
    },
};

export const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, et: ESTONIAN };
