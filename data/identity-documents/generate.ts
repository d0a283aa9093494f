/** The rows of the register of identity documents. */
import { PERSONAL_CODE, rosterOf } from "../population/roster";
import type { DatasetOptions, RegistryData } from "../registry-data";
import { isoDate } from "../shared/calendar";
import { day, optional } from "../shared/text";
import { documentCheckDigit } from "./document-number";
import { documents, holds } from "./documents";

export const identityDocuments: RegistryData = {
    generator: 1,
    bytesPerPerson: 318,
    references: [{ table: "holder", column: "personal_code", to: PERSONAL_CODE }],
    question: {
        tells: "which documents of a person were valid on a day, and with which certificate the person could sign",
        subject: {
            table: "holder",
            column: "personal_code",
            example: "holder_id IN (SELECT holder_id FROM identity_documents.document WHERE ended_on IS NULL)",
        },
    },
    tables: {
        holder: { columns: "holder_id, personal_code", rows: holderRows },
        document: {
            columns: "document_number, check_digit, holder_id, kind, issued_on, expires_on, ended_on, end_reason",
            rows: documentRows,
        },
        certificate: {
            columns: "serial_number, document_number, purpose, valid_from, valid_to, revoked_on",
            rows: certificateRows,
        },
    },
};

function* holderRows(options: DatasetOptions): Generator<string, void, undefined> {
    const roster = rosterOf(options);
    for (let person = 1; person <= roster.count; person++) {
        if (holds(roster, person)) {
            yield `${person}\t${roster.code(person)}\n`;
        }
    }
}

function* documentRows(options: DatasetOptions): Generator<string, void, undefined> {
    for (const { holder, kind, number, issued, expires, ended, reason } of documents(options)) {
        yield `${number}\t${documentCheckDigit(number)}\t${holder}\t${kind}\t${isoDate(issued)}\t${isoDate(expires)}\t${day(ended)}\t${optional(reason)}\n`;
    }
}

/** Each identity card has two certificates, which are revoked where the card was lost. */
function* certificateRows(options: DatasetOptions): Generator<string, void, undefined> {
    let serial = 0;
    for (const { kind, number, issued, expires, ended, reason } of documents(options)) {
        if (kind === "id-card") {
            const dates = `${isoDate(issued)}\t${isoDate(expires)}\t${reason === "expired" ? "\\N" : day(ended)}`;
            yield `${++serial}\t${number}\tauthentication\t${dates}\n${++serial}\t${number}\tsignature\t${dates}\n`;
        }
    }
}
