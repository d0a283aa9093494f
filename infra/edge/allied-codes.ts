/** Who may be an ally: members of NATO and of the euro area, by ISO 3166-1 alpha-2 code. Pure. */
import { closest, distance } from "fastest-levenshtein";

/** https://www.nato.int/en/about-us/organization/nato-member-countries: 32 since 7 March 2024, when Sweden acceded. */
export const NATO = codes(
    "AL BE BG CA CZ DE DK EE ES FI FR GB GR HR HU IS IT LT LU LV ME MK NL NO PL PT RO SE SI SK TR US",
);

/** https://www.ecb.europa.eu/euro/intro/html/index.en.html: 21 since 1 January 2026, when Bulgaria joined. */
export const EURO_AREA = codes("AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK");

/** The embassy's own state is nobody's ally at its own edge. */
const OWN = "EE";

/** Sorted, each once. */
export const ALLIES: readonly string[] = [...new Set([...NATO, ...EURO_AREA])].filter((code) => code !== OWN).sort();

/** English names of countries, for messages alone: loading them takes longer than reading a stack file. */
const names = (): Intl.DisplayNames => new Intl.DisplayNames("en", { type: "region", fallback: "none" });
/** With more edits than this, it is another country. */
const MISSPELT = 2;
/** The code of Greece in the Union's own papers, and of the United Kingdom everywhere but in ISO 3166. */
const OTHER_CODES: Readonly<Record<string, string>> = { EL: "GR", UK: "GB" };

/** What is wrong with `code` as an ally's, said as what would be right; undefined for an ally. */
export function allyProblem(code: string): string | undefined {
    if (ALLIES.includes(code)) {
        return undefined;
    }
    const rule = "must be the code (ISO 3166-1) of a member of NATO or of the euro area other than Estonia";
    const meant = meantBy(code);
    if (meant !== undefined) {
        return `${rule}; did you mean ${meant}?`;
    }
    const country = /^[A-Z]{2}$/.test(code) && code !== OWN ? names().of(code) : undefined;
    return country === undefined ? rule : `${rule}, and ${country} is neither (infra/edge/allied-codes.ts)`;
}

/** The ally that a text means: by its other code, or by its English name, also a misspelt one. */
function meantBy(text: string): string | undefined {
    const upper = text.toUpperCase();
    const code = OTHER_CODES[upper] ?? upper;
    if (ALLIES.includes(code)) {
        return code;
    }
    const inEnglish = names();
    const codeOf = new Map(ALLIES.map((ally) => [inEnglish.of(ally)?.toLowerCase() ?? ally, ally]));
    const name = closest(text.toLowerCase(), [...codeOf.keys()]);
    // A code of two letters is too short to guess the name that was meant.
    return text.length > 2 && distance(text.toLowerCase(), name) <= MISSPELT ? codeOf.get(name) : undefined;
}

function codes(text: string): readonly string[] {
    return text.split(" ");
}
