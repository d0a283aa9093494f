/** Writes a report for a terminal: its Markdown without what only a browser folds, with colours where something fails or is lost. Pure. */
import type { colorsFor } from "../../command-line/colors";
import type { Report } from "../report";
import { markdown } from "./markdown";

const FRAME = /^(<\/?details>|\|-.*)$/;
const FAILS_OR_LOST = /^(error|rule|deleted|replaced|loses protection|not served)/;
const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export function terminal(report: Report, { bold, red }: ReturnType<typeof colorsFor>): string {
    return markdown(report)
        .split("\n")
        .filter((line) => !FRAME.test(line))
        .map((line) =>
            line
                .replace(/^#+ (.*)$/, (_, title: string) => bold(title))
                .replace(/^<summary>(.*)<\/summary>$/, (_, about: string) => bold(plain(about)))
                .replace(
                    /^- \*\*(.*?)\*\*/,
                    (_, mark: string) => `- ${bold(FAILS_OR_LOST.test(mark) ? red(mark) : mark)}`,
                ),
        )
        .join("\n")
        .replaceAll(/\n{3,}/g, "\n\n");
}

function plain(html: string): string {
    return html.replaceAll(/<\/?code>/g, "").replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);
}
