/** Lag over a day as a line, as SVG without a script or a style of its own. Pure. */
import { scaleLinear, scaleUtc } from "d3-scale";
import { line } from "d3-shape";
import { html } from "hono/html";
import type { Line } from "./reading";
import type { Html } from "../html";
import { type Words, amountInWords, hourInWords } from "./words";

const WIDTH = 420;
const HEIGHT = 160;
const MARGIN = { top: 8, right: 12, bottom: 24, left: 76 } as const;
/** The axis is no shorter, so that a few bytes of lag do not look like a mountain. */
const LEAST_BYTES = 1024 * 1024;

/** @param between from when to when, in milliseconds since 1970 */
export function lagChart(lines: readonly Line[], between: readonly [number, number], words: Words): Html {
    const most = Math.max(LEAST_BYTES, ...lines.flatMap(({ points }) => points.map(([, bytes]) => bytes)));
    const x = scaleUtc(between, [MARGIN.left, WIDTH - MARGIN.right]);
    const y = scaleLinear([0, most], [HEIGHT - MARGIN.bottom, MARGIN.top]);
    const path = line<readonly [number, number]>(
        ([at]) => x(at * 1000),
        ([, bytes]) => y(bytes),
    );
    return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words.lagSummary(lines)}">
        ${[0, most / 2, most].map(
            (bytes) =>
                html`<line
                        class="grid"
                        x1="${MARGIN.left}"
                        x2="${WIDTH - MARGIN.right}"
                        y1="${y(bytes)}"
                        y2="${y(bytes)}"
                    />
                    <text x="${MARGIN.left - 8}" y="${y(bytes) + 4}" text-anchor="end">${amountInWords(bytes)}</text>`,
        )}
        ${x
            .ticks(4)
            .map(
                (at) =>
                    html`<text x="${x(at)}" y="${HEIGHT - 6}" text-anchor="middle">${hourInWords(at, words)}</text>`,
            )}
        ${lines.map(({ points }) => html`<path class="lag" d="${path(points) ?? ""}" />`)}
    </svg>`;
}
