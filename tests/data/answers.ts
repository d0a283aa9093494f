/** The expected answers of each registry, computed from the generated rows alone. */
import type { Registry } from "../../data/registries";
import type { DatasetOptions } from "../../data/registry-data";
import { type Row, read } from "./rows";

export type Answers = Readonly<Record<string, string | number | null>>[];
type Tables = (name: string) => Row[];

/** Functions that compute answers. A registry without one is asked too, but its answers are not compared. */
const REGISTERED_BY: Readonly<Partial<Record<Registry, (tables: Tables, of: string, at: string) => Answers>>> = {
    population: household,
    businesses: owners,
    taxes: balance,
    land: chain,
    "identity-documents": valid,
    pensions: pension,
    legislation: text,
};

/** @returns the function that answers for a subject at an ISO date, or undefined for a registry whose answers are not compared */
export function answers(
    registry: Registry,
    options: DatasetOptions,
): ((of: string, at: string) => Answers) | undefined {
    const reckon = REGISTERED_BY[registry];
    const kept = new Map<string, Row[]>();
    const tables: Tables = (name) => {
        const rows = kept.get(name) ?? read(registry, name, options);
        kept.set(name, rows);
        return rows;
    };
    return reckon && ((of, at) => reckon(tables, of, at));
}

function holds(row: Row, at: string, from: string, to: string): boolean {
    return (row[from] ?? "") <= at && (row[to] ?? "9999") > at;
}

function by(...columns: string[]): (a: Row, b: Row) => number {
    return (a, b) => {
        const different = columns.find((column) => a[column] !== b[column]);
        return different === undefined ? 0 : (a[different] ?? "") < (b[different] ?? "") ? -1 : 1;
    };
}

function cents(amount: string | undefined): number {
    return Math.round(Number(amount) * 100);
}

function euros(amount: number): string {
    return (amount / 100).toFixed(2);
}

function household(tables: Tables, of: string, at: string): Answers {
    const me = tables("person").find((row) => row["personal_code"] === of)?.["person_id"];
    const stays = tables("residence").filter((row) => holds(row, at, "valid_from", "valid_to"));
    const address = stays.find((row) => row["person_id"] === me)?.["address_id"];
    const ids = stays.filter((row) => row["address_id"] === address).map((row) => row["person_id"]);
    const isParent = (child: string | undefined, parent: string | undefined): boolean =>
        tables("parentage").some((row) => row["child_id"] === child && row["parent_id"] === parent);
    const isSpouse = (id: string | undefined): boolean =>
        tables("marriage").some(
            (row) =>
                holds(row, at, "married_on", "ended_on") &&
                [me, id].every((one) => one === row["wife_id"] || one === row["husband_id"]),
        );
    const relation = (id: string | undefined): string =>
        id === me
            ? "self"
            : isParent(me, id)
              ? "parent"
              : isParent(id, me)
                ? "child"
                : isSpouse(id)
                  ? "spouse"
                  : "other";
    return tables("person")
        .filter((row) => address !== undefined && ids.includes(row["person_id"]))
        .sort(by("birth_date", "personal_code"))
        .map(({ person_id: id, personal_code: code = "", given_name: given = "", surname = "" }) => ({
            personal_code: code,
            given_name: given,
            surname,
            relation: relation(id),
        }));
}

function owners(tables: Tables, of: string, at: string): Answers {
    const parts = new Map<string, number>();
    const follow = (code: string, part: number): void => {
        const capital = Number(tables("business").find((row) => row["business_code"] === code)?.["capital"]);
        for (const row of tables("holding")) {
            if (row["business_code"] === code && holds(row, at, "acquired_on", "disposed_on")) {
                const share = (part * Number(row["nominal"])) / capital;
                const { owner_personal_code: person, owner_business_code: business = "" } = row;
                if (person === undefined) {
                    follow(business, share);
                } else {
                    parts.set(person, (parts.get(person) ?? 0) + share);
                }
            }
        }
    };
    follow(of, 100);
    return Array.from(parts, ([code, percent]) => ({ personal_code: code, percent: percent.toFixed(4) }));
}

function balance(tables: Tables, of: string, at: string): Answers {
    const payer = tables("payer").find((row) => of === (row["personal_code"] ?? row["business_code"]));
    const years = new Map<number, { due: number; paid: number }>();
    const add = (day: string | undefined, due: number, paid: number): void => {
        if (day !== undefined && day <= at) {
            const year = Number(day.slice(0, 4));
            const sum = years.get(year) ?? { due: 0, paid: 0 };
            years.set(year, { due: sum.due + due, paid: sum.paid + paid });
        }
    };
    for (const row of tables("assessment").filter((each) => each["payer_id"] === payer?.["payer_id"])) {
        add(row["due_on"], cents(row["amount"]), 0);
    }
    for (const row of tables("payment").filter((each) => each["reference_number"] === payer?.["reference_number"])) {
        add(row["received_on"], 0, cents(row["amount"]));
    }
    let left = 0;
    return Array.from(years)
        .sort(([a], [b]) => a - b)
        .map(([year, { due, paid }]) => {
            left += due - paid;
            return { year, due: euros(due), paid: euros(paid), balance: euros(left) };
        });
}

/** @param until date before which the parcel was divided, if it was */
function chain(tables: Tables, of: string, at: string, until = at): Answers {
    const parcel = tables("parcel").find((row) => row["cadastral_code"] === of);
    const own = tables("ownership").filter((row) => row["cadastral_code"] === of);
    const links = own
        .map((row, index) => ({ row, next: own[index + 1]?.["acquired_on"] }))
        .filter(({ row }) => (row["acquired_on"] ?? "") <= until)
        .map(({ row, next }) => {
            const mortgages = tables("mortgage").filter(
                (each) =>
                    each["cadastral_code"] === of &&
                    (each["registered_on"] ?? "") >= (row["acquired_on"] ?? "") &&
                    (each["registered_on"] ?? "") < (next ?? "9999") &&
                    (each["registered_on"] ?? "") <= until &&
                    holds(each, at, "registered_on", "released_on"),
            );
            return {
                cadastral_code: of,
                kind: row["kind"] ?? "",
                acquired_on: row["acquired_on"] ?? "",
                ended_on: next !== undefined && next <= until ? next : null,
                owner: row["personal_code"] ?? row["business_code"] ?? "",
                mortgaged:
                    mortgages.length === 0
                        ? null
                        : euros(mortgages.reduce((sum, each) => sum + cents(each["amount"]), 0)),
            };
        });
    const whole = parcel?.["divided_from"];
    const division = own[0]?.["acquired_on"];
    if (whole === undefined || division === undefined) {
        return links;
    }
    return [...chain(tables, whole, at, division < until ? division : until), ...links];
}

function valid(tables: Tables, of: string, at: string): Answers {
    const holder = tables("holder").find((row) => row["personal_code"] === of)?.["holder_id"];
    return tables("document")
        .filter(
            (row) =>
                row["holder_id"] === holder &&
                holds(row, at, "issued_on", "expires_on") &&
                holds(row, at, "issued_on", "ended_on"),
        )
        .sort(by("kind", "document_number"))
        .map(
            ({
                document_number: number = "",
                check_digit: digit,
                kind = "",
                issued_on: from = "",
                expires_on: to = "",
            }) => ({
                document_number: number,
                check_digit: Number(digit),
                kind,
                issued_on: from,
                expires_on: to,
                signature_certificate:
                    tables("certificate").find(
                        (row) =>
                            row["document_number"] === number &&
                            row["purpose"] === "signature" &&
                            holds(row, at, "valid_from", "valid_to") &&
                            holds(row, at, "valid_from", "revoked_on"),
                    )?.["serial_number"] ?? null,
            }),
        );
}

function pension(tables: Tables, of: string, at: string): Answers {
    const month = `${at.slice(0, 7)}-01`;
    const id = tables("insured").find((row) => row["personal_code"] === of)?.["insured_id"];
    const granted = tables("pension").find(
        (row) => row["insured_id"] === id && holds(row, month, "granted_on", "ended_on"),
    );
    const rate = tables("rate").find((row) => holds(row, month, "valid_from", "valid_to"));
    if (granted === undefined || rate === undefined) {
        return [];
    }
    const last = granted["granted_on"] ?? "";
    const points = tables("employment")
        .filter((row) => row["insured_id"] === id)
        .reduce(
            (sum, { started_on: from = "", ended_on: to = last, coefficient }) => {
                const days = (Date.parse(to < last ? to : last) - Date.parse(from)) / 86_400_000;
                return sum + days * Number(coefficient);
            },
            Number(granted["service_days"]) * 1000,
        );
    const paid = tables("payment").find((row) => row["insured_id"] === id && row["month"] === month);
    const due = cents(rate["base"]) + Math.floor((points * cents(rate["year_value"])) / 365_250);
    return [{ month, due: euros(due), paid: paid?.["amount"] ?? null }];
}

function text(tables: Tables, of: string, at: string): Answers {
    const act = tables("act").find((row) => row["title"] === of)?.["act_number"];
    const inForce = tables("publication").filter((row) => holds(row, at, "valid_from", "valid_to"));
    return tables("paragraph")
        .filter((row) => row["act_number"] === act && holds(row, at, "valid_from", "valid_to"))
        .sort((a, b) => Number(a["number"]) - Number(b["number"]))
        .map(({ number, valid_from: from, rt_id: id = "", text: wording = "" }) => ({
            number: Number(number),
            text: wording,
            published: `RT I, ${id.slice(1, 3)}.${id.slice(3, 5)}.${id.slice(5, 9)}, ${Number(id.slice(9))}`,
            cites: tables("citation").filter(
                (row) =>
                    row["act_number"] === act &&
                    row["number"] === number &&
                    row["valid_from"] === from &&
                    inForce.some((each) => each["act_number"] === row["cited_act_number"]),
            ).length,
        }));
}
