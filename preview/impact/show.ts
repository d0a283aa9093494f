/** Writes what depends on a thing as text and as Markdown. Pure. */
import { code, text } from "../show/markup";
import type { ImpactReport, Line, SiteImpact } from "./impact";

const QUIET = "nothing";

interface Section {
    readonly title: string;
    readonly lines: readonly Line[];
}

function sections({ stops, goesOn, unreachable, restarts }: SiteImpact): Section[] {
    return [
        { title: "Stops", lines: stops },
        { title: "Goes on", lines: goesOn },
        { title: "Is not answered any more", lines: unreachable },
        {
            title: "Comes up again after it",
            lines: restarts.map((step, index) => ({ who: `${index + 1}.`, what: step.join(", ") })),
        },
    ];
}

export function impactText({ sites }: ImpactReport): string {
    return sites
        .map((site) =>
            [
                `${site.name} in ${site.stack}`,
                ...sections(site).flatMap(({ title, lines }) => [
                    `  ${title}:${lines.length === 0 ? ` ${QUIET}` : ""}`,
                    ...lines.map(({ who, what }) => `    ${who}${who.endsWith(".") ? "" : ":"} ${what}`),
                ]),
                "",
            ].join("\n"),
        )
        .join("\n");
}

export function impactMarkdown({ impact, sites }: ImpactReport): string {
    return [
        `# What depends on ${code(impact)}`,
        ...sites.flatMap((site) => [
            "",
            `## ${text(site.stack)}: ${code(site.name)}`,
            ...sections(site).flatMap(({ title, lines }) => [
                "",
                `**${title}**${lines.length === 0 ? `: ${QUIET}` : ""}`,
                ...(lines.length === 0 ? [] : [""]),
                ...lines.map(({ who, what }) => `- ${text(who)}${who.endsWith(".") ? "" : ":"} ${text(what)}`),
            ]),
        ]),
        "",
    ].join("\n");
}
