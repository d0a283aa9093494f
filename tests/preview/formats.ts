/** A report in every format that there is, for what is to hold in each. */
import type { Report } from "../../preview/report";
import { markdown } from "../../preview/show/markdown";

export const FORMATS: Readonly<Record<string, (report: Report) => string>> = {
    markdown,
    json: (report) => JSON.stringify(report),
};

/** What of the report stands in a format, whatever that puts around names and before signs. */
export function plain(text: string): string {
    return text.replaceAll(/[\\`*"]/g, "");
}
