/** The pictures of the embassy and of a change. */
import { readFileSync } from "node:fs";
import { XMLValidator } from "fast-xml-parser";
import { parseConfig } from "../../infra/site/config";
import { outsideOf } from "../../infra/site/outside";
import { plan } from "../../infra/site/plan";
import { planNetwork } from "../../infra/networking/addresses";
import { workloads } from "../../infra/site/workloads";
import type { Side } from "../../preview/side";
import { factsOf } from "../../preview/facility/facts";
import { mapSvg, pictureSvg } from "../../preview/map";
import { drawn, pictureOf } from "../../preview/map/change";
import { comparePictures, marked } from "../../preview/map/compare";
import { type Drawn, embassyPicture } from "../../preview/map/embassy";
import { MAP_FILE } from "../../preview/map/main";
import { type Picture, within } from "../../preview/map/picture";
import { PALETTES, WRITTEN } from "../../preview/map/style";
import type { ObjectChange } from "../../preview/report";
import { parseStackFile } from "../../preview/stack-file";
import { expectedResources } from "../support/expected";
import { STACKS } from "../support/stacks";
import { edited, stackText } from "./fixture";

const STACK = "luxembourg";

/** A stack's expected files, with its current plan. */
function side(stack: string, text = stackText(stack)): Side {
    const file = parseStackFile(text, stack);
    const config = parseConfig(stack, file.config);
    const resources = expectedResources(stack);
    const site = plan(config);
    return {
        resources: resources.map((resource) => ({ ...NOBODY, urn: resource.name, resource })),
        outside: outsideOf(planNetwork(config), config.edge),
        file,
        facts: factsOf(config, site, workloads(config, site)),
    };
}

const NOBODY = { parent: "", dependencies: [], ignoreChanges: [] };

function site(): Drawn {
    return drawn(side(STACK))[0] as Drawn;
}

test("docs/map.svg is what the stacks declare: npm run map writes it", async () => {
    const svg = await mapSvg(STACKS.map((stack) => side(stack)));
    expect(readFileSync(MAP_FILE, "utf8")).toBe(svg);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg.length).toBeLessThan(150_000);
});

test("the picture has every host, rack, feed and registry of both sites, and the flows between them", () => {
    const sites = ["tallinn", "luxembourg"].map((stack) => side(stack)).flatMap(drawn);
    const { nodes, edges } = embassyPicture(sites);
    const ids = new Set(nodes.flatMap(within).map(({ id }) => id));
    for (const { facts } of sites) {
        const parts = [
            ...facts.hosts.map(({ name }) => `host ${name}`),
            ...Object.keys(facts.cluster.racks).map((name) => `rack ${name}`),
            ...Object.keys(facts.cluster.feeds).map((name) => `feed ${name}`),
            ...facts.registries.map(({ name }) => `registries/${name}`),
        ].map((part) => `${facts.name}/${part}`);
        expect(parts.filter((part) => !ids.has(part))).toEqual([]);
    }
    // Every line begins and ends at a box.
    expect(edges.flatMap(({ from, to }) => [from, to]).filter((end) => !ids.has(end))).toEqual([]);
    const between = edges.filter(({ from, to }) => from.split("/")[0] !== to.split("/")[0]);
    expect(between).toContainEqual({
        from: "luxembourg/registries",
        to: "tallinn/registries",
        kind: "flow",
        text: "5432, 8434",
        both: true,
    });
});

test("its title and its description say what it shows", async () => {
    const svg = await pictureSvg(embassyPicture([site()]), "one", "The embassy <&>");
    expect(svg).toContain('role="img" aria-labelledby="one-title one-desc"');
    expect(svg).toContain('<title id="one-title">The embassy &lt;&amp;&gt;</title>');
    expect(svg).toMatch(
        /<desc id="one-desc">Site luxembourg \(standby, LU\): registries taxes with a member in zones a and b, .*rack a1 \(a1-1, a1-2, a1-3\).*Flows: /,
    );
});

test("a member more, and an object that is not drawn: marked where they are, with a sign, and in words", async () => {
    const objects: ObjectChange[] = [
        { operation: "update", kind: "Service", name: "edge/edge", subject: "edge", changes: [] },
    ];
    const after = side(STACK, edited(STACK, "land: {number: 1, members: 2", "land: {number: 1, members: 3"));
    const picture = pictureOf("compared", side(STACK), after, objects) as Picture;
    expect(marked(picture)).toEqual([
        { mark: "changed", title: "edge" },
        { mark: "changed", title: "land" },
    ]);
    const svg = await pictureSvg(picture, "more", "a change");
    expect(svg).toMatch(/<g class="registry changed"[^>]*><title>land, changed<\/title>.*>~<\/text><\/g>/);
    expect(svg).toMatch(/<desc[^>]*>Marked as changed: edge, land\./);
});

test("hosts more, a page less: added, and removed with what it was", () => {
    const text = edited(
        STACK,
        "switches: [c, a], hosts: {control-plane: [1]}",
        "switches: [c, a], hosts: {control-plane: [1], worker: [2, 3]}",
    )
        .replace(/\n {4}public:(\n {6}.*)*/, "")
        .replace("workers: {a: 4, b: 4}", "workers: {a: 4, b: 4, c: 2}")
        .replaceAll("members: 2", "members: 3");
    const before = side(STACK);
    const after = side(STACK, text);
    const without = after.resources.filter(({ resource }) => !resource?.name.includes("gazette"));
    const found = marked(pictureOf("compared", before, { ...after, resources: without }, []) as Picture);
    expect(found).toContainEqual({ mark: "added", title: "c1-2" });
    expect(found).toContainEqual({ mark: "removed", title: "gazette" });
    expect(found).toContainEqual({ mark: "removed", title: "flow from everybody to gazette (8443)" });
});

test("a stack that is new or gone is added or removed as a whole; what does not change has no picture", () => {
    const now = side(STACK);
    const nothing = { resources: [], outside: {}, file: now.file };
    const signs = (picture: Picture | undefined): Set<unknown> =>
        new Set(picture?.nodes.flatMap(within).map(({ mark }) => mark));
    expect(signs(pictureOf("added", nothing, now, []))).toEqual(new Set(["added"]));
    expect(signs(pictureOf("removed", now, nothing, []))).toEqual(new Set(["removed"]));
    expect(pictureOf("compared", now, now, [])).toBeUndefined();
    // If the base's plan cannot be read, it is unknown what is new.
    expect(pictureOf("compared", nothing, now, [])).toBeUndefined();
});

test("350 registries are one picture: those that change are drawn, and the others counted", async () => {
    const { facts, flows } = site();
    const many = (members: (index: number) => number): Drawn => {
        const registries = Array.from({ length: 350 }, (_, index) => ({
            name: `registry-${index}`,
            members: members(index),
            running: true,
        }));
        return { facts: { ...facts, registries }, flows };
    };
    const picture = comparePictures(
        embassyPicture([many(() => 2)]),
        embassyPicture([many((index) => (index === 300 ? 3 : 2))]),
        () => false,
    );
    const svg = await pictureSvg(picture, "many", "many");
    expect(svg).toContain("<title>registry-300, changed</title>");
    expect(svg).toContain("<title>339 more</title>");
    expect(svg.length).toBeLessThan(150_000);
});

test.each(Object.entries(PALETTES))("every text can be read, %s", (_, colours) => {
    for (const [text, ground] of WRITTEN) {
        expect([text, ground, contrast(colours[text], colours[ground]) >= 4.5]).toEqual([text, ground, true]);
    }
});

/** The contrast ratio of two colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const value = parseInt(colour.slice(at, at + 2), 16) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
