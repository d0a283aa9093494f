/** The rows of the register of legislation. */
import type { DatasetOptions, RegistryData } from "../registry-data";
import { isoDate } from "../shared/calendar";
import { day } from "../shared/text";
import { Acts } from "./acts";
import { paragraphs } from "./paragraphs";

export const legislation: RegistryData = {
    generator: 1,
    bytesPerPerson: 9,
    references: [],
    question: {
        tells: "the text of an act that was in force on a day",
        subject: {
            table: "act",
            column: "title",
            example: "act_number IN (SELECT act_number FROM legislation.publication WHERE valid_to IS NULL)",
        },
    },
    published: ["act", "publication", "paragraph"],
    tables: {
        act: { columns: "act_number, kind, title", rows: actRows },
        publication: { columns: "rt_id, act_number, published_on, valid_from, valid_to", rows: publicationRows },
        paragraph: { columns: "act_number, number, valid_from, valid_to, rt_id, text", rows: paragraphRows },
        citation: { columns: "act_number, number, valid_from, cited_act_number", rows: citationRows },
    },
};

function* actRows(options: DatasetOptions): Generator<string, void, undefined> {
    const acts = new Acts(options);
    for (let act = 1; act <= acts.count; act++) {
        yield `${act}\t${acts.kind(act)}\t${acts.title(act)}\n`;
    }
}

function* publicationRows(options: DatasetOptions): Generator<string, void, undefined> {
    const acts = new Acts(options);
    for (let act = 1; act <= acts.count; act++) {
        for (const { id, published, from, to } of acts.publications(act)) {
            yield `${id}\t${act}\t${isoDate(published)}\t${isoDate(from)}\t${day(to)}\n`;
        }
    }
}

function* paragraphRows(options: DatasetOptions): Generator<string, void, undefined> {
    const acts = new Acts(options);
    for (let act = 1; act <= acts.count; act++) {
        for (const { number, from, to, text } of paragraphs(options, acts, act)) {
            yield `${act}\t${number}\t${isoDate(from.from)}\t${day(to)}\t${from.id}\t${text}\n`;
        }
    }
}

function* citationRows(options: DatasetOptions): Generator<string, void, undefined> {
    const acts = new Acts(options);
    for (let act = 1; act <= acts.count; act++) {
        for (const { number, from, cites } of paragraphs(options, acts, act)) {
            yield cites.map((cited) => `${act}\t${number}\t${isoDate(from.from)}\t${cited}\n`).join("");
        }
    }
}
