/** The legend of a picture, for the parts that it contains. Pure. */
import { textWidth } from "./measure";
import { type Mark, type Picture, type PictureEdge, within } from "./picture";

const LINES: Readonly<Record<PictureEdge["kind"], string>> = {
    flow: "flow, with its ports",
    versions: "backups",
    hosted: "has members in",
    power: "power",
};
const SAMPLE = 26;
const GAP = 16;

/** @param marks the marks, each with its sign */
export function legend(
    { nodes, edges }: Picture,
    marks: readonly (readonly [Mark, string])[],
): { readonly parts: readonly string[]; readonly width: number } {
    const roles = new Set(
        nodes.flatMap(within).flatMap(({ kind, lines }) => (kind === "host" ? (lines[0] ?? []) : [])),
    );
    const kinds = (Object.keys(LINES) as PictureEdge["kind"][]).filter((kind) =>
        edges.some((edge) => edge.kind === kind),
    );
    const items: readonly (readonly [string, string])[] = [
        ...marks.map(
            ([mark, sign]) =>
                [
                    `<g class="${mark}"><circle class="m" cx="7" r="7"/><text class="sign" x="7" y="3.5" text-anchor="middle">${sign}</text></g>`,
                    mark,
                ] as const,
        ),
        ...kinds.map((kind) => [`<g class="${kind}"><path class="l" d="M0 0L20 0"/></g>`, LINES[kind]] as const),
        ...(nodes.flatMap(within).some(({ dots = [] }) => dots.length > 0)
            ? [[`<g><circle class="dot" cx="8" r="6.5"/></g>`, "member, by zone"] as const]
            : []),
        ...(roles.has("worker")
            ? [[`<g class="host"><rect class="b" y="-6" width="20" height="12" rx="3"/></g>`, "worker"] as const]
            : []),
        ...(roles.has("control-plane")
            ? [
                  [
                      `<g class="host spare"><rect class="b" y="-6" width="20" height="12" rx="6"/></g>`,
                      "control plane",
                  ] as const,
              ]
            : []),
    ];
    let x = 0;
    const parts = items.map(([sample, text]) => {
        const item = `<g transform="translate(${x} 0)">${sample}<text x="${SAMPLE}" y="3.5">${text}</text></g>`;
        x += SAMPLE + textWidth(text, "line") + GAP;
        return item;
    });
    return { parts, width: x };
}
