/** A table with the formats of a report, from which every command that writes one is made. */
import type { Report } from "../report";
import { html } from "./html";
import { junit } from "./junit";
import { markdown } from "./markdown";
import { sarif } from "./sarif";
import { picturesOf } from "./pictures";
import { titleLine } from "./title";

export interface Format {
    /** Name of the file in the folder that holds all formats. */
    readonly file: string;
    /** Writes the report; it returns a promise where pictures are drawn first. */
    readonly text: (report: Report) => string | Promise<string>;
}

export const FORMATS = {
    markdown: { file: "report.md", text: markdown },
    html: { file: "report.html", text: async (report) => html(report, await picturesOf(report)) },
    json: { file: "report.json", text: (report) => `${JSON.stringify(report, undefined, 2)}\n` },
    junit: { file: "report.junit.xml", text: junit },
    sarif: { file: "report.sarif", text: sarif },
    title: { file: "title.txt", text: titleLine },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;
