/** The custodians' file: who keeps the shares, and on which terms. It is checked as a whole before anything is split. Pure. */
import { createPublicKey } from "node:crypto";
import { Encrypter } from "age-encryption";
import { parse } from "yaml";
import { z } from "zod";
import { describeIssues } from "../infra/conventions/errors";
import { DAYS_ALONE } from "../infra/keys/config";
import { UserError } from "../command-line/command";

const DAY_MS = 86_400_000;
/** Shares are points of a polynomial over GF(256), of which zero is the secret. */
const MOST = 255;

/** The name of an office, not of a person: when its holder changes, so does the file for the next ceremony. */
const office = z.string().regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be an office, such as custodian-1");

const custodian = z.strictObject({
    office,
    /** The country where the share is kept, ISO 3166-1 alpha-2. */
    country: z.string().regex(/^[A-Z]{2}$/, "must be a country code of two capital letters (ISO 3166-1), such as EE"),
    /** The recipient that only the custodian's own age identity opens; `age-keygen -y` shows it. */
    recipient: z.string().refine(isRecipient, "must be an age recipient, age1…, as age-keygen -y shows it"),
    /** The last day of the term, UTC. */
    until: z.iso.date("must be a day, such as 2028-01-31"),
});

const witness = z.strictObject({
    office,
    /** The key that verifies the transcript's signature. */
    key: z.string().refine(isSigningKey, "must be an Ed25519 public key in PEM, as openssl pkey -pubout shows it"),
});

const custodians = z
    .strictObject({
        /** The number of shares that are needed. Fewer tell nothing. */
        threshold: z
            .int()
            .min(2, "must be 2 or more: with one share enough, each custodian alone is the key")
            .max(MOST),
        /** The witness sees the ceremony and signs what was done, but holds no share. */
        witness,
        custodians: z.array(custodian).min(2, "must name two custodians or more").max(MOST),
    })
    .superRefine(({ threshold, witness, custodians }, context) => {
        const problem = (path: PropertyKey[], message: string): void =>
            context.addIssue({ code: "custom", path, message });
        const all = custodians.length;
        if (threshold > all) {
            problem(["threshold"], `must be ${all} or less: there are ${all} custodians`);
        }
        for (const key of ["office", "recipient"] as const) {
            custodians.forEach((one, index) => {
                const first = custodians.findIndex((other) => other[key] === one[key]);
                if (first < index) {
                    problem(
                        ["custodians", index, key],
                        `must be another than custodians[${first}]'s: two shares in one hand are one`,
                    );
                }
            });
        }
        if (custodians.some((one) => one.office === witness.office)) {
            problem(["witness", "office"], "must not be a custodian: who holds a share does not attest to it");
        }
        for (const country of new Set(custodians.map((one) => one.country))) {
            const count = custodians.filter((one) => one.country === country).length;
            const path = ["custodians", custodians.findIndex((one) => one.country === country), "country"];
            if (threshold > 1 && count >= threshold) {
                problem(
                    path,
                    `must be that of ${threshold - 1} custodians or fewer: with ${count} shares it has the keys by itself`,
                );
            }
            if (threshold <= all && all - count < threshold) {
                problem(
                    path,
                    `must leave ${threshold} custodians elsewhere: with it out of reach, ${all - count} are left`,
                );
            }
        }
    });

export type Custodians = z.infer<typeof custodians>;
export type Custodian = z.infer<typeof custodian>;

/**
 * @param text YAML
 * @param file name of the file, for messages
 * @throws UserError with everything that is wrong in it, one line for each thing. A term is also wrong where it has ended, or ends so soon that
 *     the shares could not be brought together after 14 days without the site that holds the root
 */
export function parseCustodians(text: string, file: string, now: Date): Custodians {
    const raw = readYaml(text, file);
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
        // The text is not quoted: a key's file, named by mistake, is one text to YAML.
        throw new UserError(`${file} is no list of custodians: it must be a map of keys, as custody/README.md has it.`);
    }
    const parsed = custodians.safeParse(raw);
    const problems = parsed.success ? [] : describeIssues(parsed.error.issues, custodians, raw, "");
    problems.push(...termProblems(raw, now));
    if (!parsed.success || problems.length > 0) {
        const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
        throw new UserError(
            [`${file} has ${count}; no key was touched:`, ...problems.map((p) => `  - ${p}`)].join("\n"),
        );
    }
    return parsed.data;
}

/** The end of a term. */
export function endOf({ until }: Pick<Custodian, "until">): Date {
    return daysAfter(new Date(until), 1);
}

export function daysAfter(date: Date, days: number): Date {
    return new Date(date.getTime() + days * DAY_MS);
}

/** The day in UTC, as `until` has it. */
export function dayOf(date: Date): string {
    return date.toISOString().slice(0, "2028-01-31".length);
}

/** The last day on which enough custodians are in office to bring the shares together. */
export function quorumUntil({ threshold, custodians }: Pick<Custodians, "threshold" | "custodians">): string {
    return (
        custodians
            .map(({ until }) => until)
            .toSorted()
            .at(-threshold) ?? ""
    );
}

function readYaml(text: string, file: string): unknown {
    try {
        return parse(text);
    } catch (error) {
        // The message leaves out the lines that the parser quotes.
        throw new UserError(`${file} is no YAML: ${(error as Error).message.split("\n")[0] ?? ""}`);
    }
}

/** Checked separately, so that these problems are reported together with all others. */
function termProblems(raw: unknown, now: Date): string[] {
    const list = z.object({ custodians: z.array(z.unknown()) }).safeParse(raw).data?.custodians ?? [];
    const earliest = daysAfter(now, DAYS_ALONE);
    return list.flatMap((entry, index) => {
        const one = custodian.safeParse(entry).data;
        if (one === undefined || endOf(one) > earliest) {
            return [];
        }
        const what = endOf(one) > now ? `ends within ${DAYS_ALONE} days` : "has ended";
        return [
            `custodians[${index}].until is "${one.until}"; it must be ${dayOf(earliest)} or later: the term of ${one.office} ${what}, ` +
                "and who is out of office holds no share",
        ];
    });
}

function isRecipient(text: string): boolean {
    try {
        new Encrypter().addRecipient(text);
        return true;
    } catch {
        return false;
    }
}

function isSigningKey(text: string): boolean {
    try {
        return createPublicKey(text).asymmetricKeyType === "ed25519" && !text.includes("PRIVATE");
    } catch {
        return false;
    }
}
