/** The page, as HTML without scripts. A template escapes what is put into it. Pure. */
import { html } from "hono/html";
import type { Firing } from "../../infra/monitoring/answer";
import type { Html } from "../html";
import { lagChart } from "./chart";
import { RANGE_SECONDS } from "./queries";
import { type Known, type Reading, type Registry, type Verdict, isStale, verdictOf } from "./reading";
import { STYLE } from "./style";
import { LANGUAGES, WORDS, type Words, instantInWords, lagInWords } from "./words";

/** Shapes that tell verdicts apart without colour. */
const SHAPE: Readonly<Record<Verdict, string>> = { red: "■", amber: "▲", green: "●" };
/** Certificates that are shown; the others end later. */
const CERTIFICATES = 5;
const DAY_SECONDS = 86_400;

/** @param now milliseconds since 1970 */
export function statusPage(site: string, known: Known, now: number, words: Words): Html {
    const { reading } = known;
    return layout(site, words, html`${top(known, now, words)} ${reading && measured(reading, words)}`);
}

/** A page that says why there is nothing to read, in both languages. */
export function refusalPage(site: string, status: keyof Words["refused"]): Html {
    const { en, et } = WORDS;
    return layout(
        site,
        en,
        html`<p>${en.refused[status]}</p>
            <p lang="et">${et.refused[status]}</p>`,
    );
}

/** @param site not escaped yet, like everything that is given to a template */
function layout(site: string, words: Words, content: Html): Html {
    const others = LANGUAGES.filter((language) => language !== words.language);
    return html`<!doctype html>
        <html lang="${words.language}">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>${words.title(site)}</title>
                ${STYLE}
            </head>
            <body>
                <a class="skip" href="#content">${words.skip}</a>
                <main id="content">
                    <h1>${words.title(site)}</h1>
                    ${content}
                </main>
                <footer>
                    <p>
                        ${others.map(
                            (language) =>
                                html`<a href="/${language}" lang="${language}" hreflang="${language}"
                                    >${WORDS[language].languageName}</a
                                >`,
                        )}
                    </p>
                </footer>
            </body>
        </html>`;
}

function top(known: Known, now: number, words: Words): Html {
    const { reading, silent } = known;
    const verdict = verdictOf(known, now);
    const alerts = reading?.alerts ?? [];
    const pages = alerts.filter(({ severity }) => severity === "page").length;
    return html`<p class="verdict ${verdict}">
            <span aria-hidden="true">${SHAPE[verdict]}</span> ${words.color[verdict]}: ${words.verdict[verdict]}
            <small>${words.count(pages, alerts.length - pages)}</small>
        </p>
        ${reading === undefined ? html`<p class="late">${words.never}</p>` : html`<p>${words.asOf} ${time(reading.at, words)} (${words.time})</p>`}
        ${reading && isStale(reading, now) && html`<p class="late">${words.old}</p>`}
        ${silent && html`<p class="late">${words.silent} ${time(silent.since, words)}.</p>`}
        <p class="late left">${words.left}</p>`;
}

function measured(reading: Reading, words: Words): Html {
    const { alerts, registries, lag, backups, certificates, at } = reading;
    return html`<h2>${words.alerts}</h2>
        ${
            alerts.length === 0
                ? html`<p>${words.noAlerts}</p>`
                : html`<ul class="alerts">
                      ${alerts.map((alert) => firing(alert, words))}
                  </ul>`
        }
        ${
            registries.length > 0 &&
            table(
                words.registries,
                [words.registry, words.here, words.other],
                registries.map((registry) => [registry.name, here(registry, words), other(registry, words)]),
            )
        }
        ${
            lag.length > 0 &&
            html`<h2>${words.lag}</h2>
                <p>${words.lagWhere}</p>
                ${lagChart(lag, [at - RANGE_SECONDS * 1000, at], words)}
                ${table(undefined, [words.registry, words.now, words.most], lag.map(lagInWords))}`
        }
        ${
            backups.length > 0 &&
            table(
                words.backups,
                [words.registry, words.work, words.last, words.state],
                backups.map(({ registry, work, last, isLate }) => [
                    registry === "" ? words.store : registry,
                    work,
                    last === undefined ? words.neverYet : time(last * 1000, words),
                    mark(isLate ? "red" : "green", isLate ? words.late : words.inTime),
                ]),
            )
        }
        ${
            certificates.length > 0 &&
            table(
                words.certificates,
                [words.certificate, words.daysLeft],
                certificates
                    .slice(0, CERTIFICATES)
                    .map(({ name, end }) => [name, String(Math.floor((end - at / 1000) / DAY_SECONDS))]),
            )
        }
        ${differing(reading, words)}`;
}

function firing({ alert, severity, stake, since, who, runbook }: Firing, words: Words): Html {
    return html`<li ${severity === "page" ? html`class="call"` : ""}>
        <p><strong>${mark(severity === "page" ? "red" : "amber", words.severity[severity])}: ${alert}</strong></p>
        <p lang="en">${stake}</p>
        <p>${words.since} ${time(Date.parse(since), words)}; ${words.who[who] ?? who}</p>
        <p>${words.toDo}: ${runbook}</p>
    </li>`;
}

function here({ leader, role }: Registry, words: Words): Html | string {
    return role === undefined
        ? mark("red", words.nobody)
        : html`<strong>${words.leads[role]}</strong> <small>${leader ?? ""}</small>`;
}

/** What is known here of the other site: it is a standby's primary, and prolongs a primary's lease. */
function other({ role, heard, leaseEnd }: Registry, words: Words): Html | string {
    if (role === "standby" && heard !== undefined) {
        return html`<strong>${words.leads.primary}</strong> <small>${words.heard} ${time(heard * 1000, words)}</small>`;
    }
    if (role === "primary" && leaseEnd !== undefined) {
        return html`<strong>${words.leads.standby}</strong>
            <small>${words.lease} ${time(leaseEnd * 1000, words)}</small>`;
    }
    return words.unknown;
}

function differing({ machines, workloads, differing: databases }: Reading, words: Words): Html {
    const all = [
        ...(machines.away.length > 0
            ? [`${words.machinesAway(machines.away.length, machines.count)}: ${machines.away.join(", ")}`]
            : []),
        ...workloads.map(({ name, missing }) => `${name}: ${words.podsMissing(missing)}`),
        ...databases.map((name) => `${words.database}: ${name}`),
    ];
    return html`<h2>${words.differs}</h2>
        ${
            all.length === 0
                ? html`<p>${words.asDeclared}</p>`
                : html`<ul>
                      ${all.map((each) => html`<li>${each}</li>`)}
                  </ul>`
        }`;
}

function mark(verdict: Verdict, text: string): Html {
    return html`<span class="${verdict}"><span aria-hidden="true">${SHAPE[verdict]}</span> ${text}</span>`;
}

/** @param at milliseconds since 1970 */
function time(at: number, words: Words): Html {
    return html`<time datetime="${new Date(at).toISOString()}">${instantInWords(at, words)}</time>`;
}

function table(
    heading: string | undefined,
    heads: readonly string[],
    rows: readonly (readonly (Html | string)[])[],
): Html {
    return html`${heading !== undefined && html`<h2>${heading}</h2>`}
        <table>
            <thead>
                <tr>
                    ${heads.map((head) => html`<th scope="col">${head}</th>`)}
                </tr>
            </thead>
            <tbody>
                ${rows.map(
                    (row) =>
                        html`<tr>
                            ${row.map((cell) => html`<td>${cell}</td>`)}
                        </tr>`,
                )}
            </tbody>
        </table>`;
}
