/** The look of a picture, in light and dark. Nothing is shown by colour alone, and texts have a contrast of at least 4.5. */

const DAY = {
    ground: "#ffffff",
    ink: "#18212c",
    soft: "#465364",
    site: "#f4f6f9",
    card: "#ffffff",
    rim: "#b9c4d1",
    registries: "#e6effb",
    store: "#efe8fa",
    service: "#e2f4ea",
    feed: "#fdf0d9",
    rack: "#eef1f5",
    worker: "#d7e0ea",
    flow: "#2563b0",
    power: "#a86400",
    hosted: "#8b98a9",
    versions: "#7048b5",
    added: "#17742f",
    removed: "#b8232a",
    changed: "#8f5300",
    sign: "#ffffff",
};

const NIGHT: typeof DAY = {
    ground: "#0d1117",
    ink: "#e9eef4",
    soft: "#aab6c4",
    site: "#141b24",
    card: "#1a222d",
    rim: "#46536a",
    registries: "#14263f",
    store: "#271d3d",
    service: "#10291e",
    feed: "#36270d",
    rack: "#212b38",
    worker: "#37455a",
    flow: "#7db4f5",
    power: "#e2a945",
    hosted: "#7c8aa0",
    versions: "#bba0f4",
    added: "#56d07b",
    removed: "#ff8a85",
    changed: "#efb04c",
    sign: "#0d1117",
};

function variables(colours: typeof DAY): string {
    return Object.entries(colours)
        .map(([name, value]) => `--${name}:${value}`)
        .join(";");
}

/** Class of a picture, so that its rules apply to nothing else in a page. */
export const ROOT = "embassy-map";

const RULES: readonly (readonly [string, string])[] = [
    ["", "font:10.5px system-ui,'Segoe UI','DejaVu Sans',sans-serif"],
    ["text", "fill:var(--soft)"],
    [".t", "fill:var(--ink);font-size:12px;font-weight:600"],
    [".b", "fill:var(--card);stroke:var(--rim)"],
    [".ground", "fill:var(--ground)"],
    [".site>.b", "fill:var(--site);stroke-width:1.5"],
    [".site>.t", "font-size:15px"],
    [".registries>.b", "fill:var(--registries)"],
    [".store>.b", "fill:var(--store)"],
    [".service>.b", "fill:var(--service)"],
    [".feed>.b", "fill:var(--feed)"],
    [".rack>.b", "fill:var(--rack)"],
    [".host>.b", "fill:var(--worker)"],
    [".host.spare>.b", "fill:var(--card)"],
    [".host>.t", "font-size:10.5px;font-weight:400"],
    [".outside>.b,.more>.b", "stroke-dasharray:4 3"],
    [".dot", "fill:var(--flow)"],
    [".dot+text,.sign", "fill:var(--sign);font-size:9.5px;font-weight:700"],
    [".l", "fill:none;stroke-width:1.4;stroke-linejoin:round"],
    [".label", "fill:var(--site)"],
    ...(["flow", "power", "hosted", "versions"] as const).flatMap((kind): [string, string][] => [
        [`.${kind}>.l`, `stroke:var(--${kind})`],
        [`.${kind}>.h`, `fill:var(--${kind})`],
    ]),
    [".hosted>.l", "stroke-dasharray:1 4;stroke-linecap:round"],
    [".versions>.l", "stroke-dasharray:6 3"],
    ...(["added", "removed", "changed"] as const).flatMap((mark): [string, string][] => [
        [`.${mark}>.b`, `stroke:var(--${mark});stroke-width:2.2`],
        [`.${mark}>.l`, `stroke:var(--${mark});stroke-width:2.6`],
        [`.${mark}>.h,.${mark}>.m`, `fill:var(--${mark})`],
    ]),
    [".removed>.b,.removed>.l", "stroke-dasharray:5 3"],
    [".removed>.t", "text-decoration:line-through"],
];

export function style(): string {
    const rules = RULES.map(([selectors, declarations]) => {
        const scoped = selectors.split(",").map((selector) => `.${ROOT} ${selector}`.trim());
        return `${scoped.join(",")}{${declarations}}`;
    });
    return [
        `.${ROOT}{${variables(DAY)}}`,
        `@media (prefers-color-scheme:dark){.${ROOT}{${variables(NIGHT)}}}`,
        ...rules,
    ].join("\n");
}

/** Pairs of colours of which one is written on the other. */
export const WRITTEN: readonly (readonly [keyof typeof DAY, keyof typeof DAY])[] = [
    ...(["site", "card", "registries", "store", "service", "feed", "rack", "ground"] as const).flatMap(
        (on): [keyof typeof DAY, keyof typeof DAY][] => [
            ["ink", on],
            ["soft", on],
        ],
    ),
    ["ink", "worker"],
    ...(["flow", "added", "removed", "changed"] as const).map((on): [keyof typeof DAY, keyof typeof DAY] => [
        "sign",
        on,
    ]),
];
export const PALETTES = { DAY, NIGHT };
