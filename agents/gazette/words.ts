/** How days and instants are written in Estonian. Estonian law follows Estonia's clock, wherever it is read. */
const ZONE = "Europe/Tallinn";

const day = new Intl.DateTimeFormat("et", { dateStyle: "long", timeZone: "UTC" });
const dayThere = new Intl.DateTimeFormat("et", { dateStyle: "long", timeZone: ZONE });
const minuteThere = new Intl.DateTimeFormat("et", { timeStyle: "short", timeZone: ZONE });
const regions = new Intl.DisplayNames("et", { type: "region" });
// Swedish days are ISO 8601.
const isoDay = new Intl.DateTimeFormat("sv", { timeZone: ZONE });

/** `2026-01-02` → `2. jaanuar 2026` */
export function dayInWords(isoDate: string): string {
    return day.format(new Date(`${isoDate}T00:00:00Z`));
}

export function instantInWords(instant: Date): string {
    return `${dayThere.format(instant)} kell ${minuteThere.format(instant)} Eesti aja järgi`;
}

/** `LU` → `Luksemburg` */
export function countryInWords(code: string): string {
    return regions.of(code) ?? code;
}

/** Today in Estonia. */
export function today(now: Date): string {
    return isoDay.format(now);
}

/**
 * Normalizes what somebody looks for, however it was typed or pasted: it composes letters, replaces full-width ones by usual ones, removes
 * what cannot be seen (soft hyphens, zero-width characters), and leaves single spaces between words. What is searched is composed likewise.
 */
export function normalized(text: string): string {
    return text
        .normalize("NFKC")
        .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
        .replace(/[\p{Zs}\t\r\n]+/gu, " ")
        .trim();
}
