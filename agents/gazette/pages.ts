/** The pages, as HTML without scripts. A template escapes what is put into it: https://hono.dev/docs/helpers/html */
import { html } from "hono/html";
import type { Html } from "../html";
import { type Act, type Found, type Kind, type Listed, PAGE, type Read, type Standing, type Version } from "./acts";
import { STYLE } from "./style";
import { countryInWords, dayInWords, instantInWords } from "./words";

export interface Site {
    readonly name: string;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
}

/** What is looked for, part of a title or a reference, and which page of the results is shown, from 1. */
export interface Search {
    readonly q: string;
    readonly page: number;
}

const KINDS: Readonly<Record<Kind, string>> = { act: "seadus", regulation: "määrus" };
const NAME = "Eesti õigusaktid";

export function listPage(site: Site, { q, page }: Search, { standing, total, acts }: Read<Found>): Html {
    const link = (to: number, text: string, rel: string): Html =>
        html`<a rel="${rel}" href="/?${new URLSearchParams({ q, page: String(to) })}">${text}</a>`;
    const [before, after] = [page > 1, page * PAGE < total];
    return layout(
        site,
        q === "" ? NAME : `${q} – ${NAME}`,
        html`<h1>${NAME}</h1>
            <form role="search" action="/">
                <label>Pealkiri või avaldamismärge <input type="search" name="q" value="${q}" maxlength="200" /></label>
                <button>Otsi</button>
            </form>
            <p>${total === 1 ? "Leitud 1 akt." : `Leitud ${total} akti.`}</p>
            <ul>
                ${acts.map((act) => listed(act))}
            </ul>
            ${
                (before || after) &&
                html`<nav aria-label="Leheküljed">
                    ${before && link(page - 1, "Eelmised", "prev")} ${after && link(page + 1, "Järgmised", "next")}
                </nav>`
            }`,
        standing,
    );
}

function listed({ number, kind, title, current, ...version }: Listed): Html {
    const at = current ? "" : `?at=${version.from}`;
    return html`<li>
        <a href="/acts/${number}${at}">${title}</a>
        <small>${KINDS[kind]}, ${version.reference}, ${inForce(version)}</small>
    </li>`;
}

/** @param day the one that was asked about, or today */
export function actPage(site: Site, number: number, day: string, act: Act, standing: Standing): Html {
    const { title, kind, versions, paragraphs } = act;
    return layout(
        site,
        `${title} – ${NAME}`,
        html`<h1>${title}</h1>
            <p>
                ${KINDS[kind]}, ${paragraphs.length === 0 ? "ei kehti" : "redaktsioon"} seisuga
                <time datetime="${day}">${dayInWords(day)}</time>
            </p>
            <form action="/acts/${number}">
                <label>Päev <input type="date" name="at" value="${day}" required /></label>
                <button>Näita</button>
            </form>
            ${paragraphs.map(
                (paragraph) =>
                    html`<section>
                        <h2>§ ${paragraph.number}.</h2>
                        ${subsections(paragraph.text).map((text) => html`<p>${text}</p>`)}
                        <p><small>${paragraph.reference}</small></p>
                    </section>`,
            )}
            <nav aria-labelledby="versions">
                <h2 id="versions">Redaktsioonid</h2>
                <ul>
                    ${versions.map(
                        (version) =>
                            html`<li>
                                <a href="/acts/${number}?at=${version.from}">${version.reference}</a>,
                                ${inForce(version)}
                            </li>`,
                    )}
                </ul>
            </nav>`,
        standing,
    );
}

/** A page that says why there is nothing to read, in English too. */
export function refusalPage(site: Site, [estonian, english]: readonly [string, string]): Html {
    return layout(
        site,
        `${estonian} – ${NAME}`,
        html`<h1>${estonian}</h1>
            <p lang="en">${english}</p>`,
    );
}

/** @param title not escaped yet, like everything that is given to a template */
function layout({ name, country }: Site, title: string, content: Html, standing?: Standing): Html {
    return html`<!doctype html>
        <html lang="et">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>${title}</title>
                ${STYLE}
            </head>
            <body>
                <a class="skip" href="#content">Sisu juurde</a>
                <header>
                    <p><a href="/">${NAME}</a></p>
                    <p>Asukoht: <strong>${countryInWords(country)}</strong> (${name})</p>
                    ${standing && standingWords(standing)}
                </header>
                <main id="content">${content}</main>
                <footer>
                    <p lang="en">
                        Estonian legislation, to be read by everybody. Served by the data embassy’s site ${name}
                        (${country}) alone.
                    </p>
                </footer>
            </body>
        </html>`;
}

function standingWords({ copy, instant, late }: Standing): Html {
    const what = copy ? "Koopia seisuga" : "Seisuga";
    return html`<p>
            ${what}
            ${
                instant === null
                    ? "teadmata"
                    : html`<time datetime="${instant.toISOString()}">${instantInWords(instant)}</time>`
            }
        </p>
        ${late && html`<p class="late">Ühendus põhiasukohaga puudub: hilisemaid muudatusi siin ei ole.</p>`}`;
}

function inForce({ from, to }: Version): string {
    return `jõustumine ${dayInWords(from)}${to === null ? "" : `, kehtivuse lõpp ${dayInWords(to)}`}`;
}

/** Splits a text into its subsections, which laws have on lines of their own: `(1) … (2) …`. */
function subsections(text: string): string[] {
    return text.split(/ (?=\(\d+\) )/);
}
