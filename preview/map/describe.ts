/** Describes a picture in words, for people who do not see it. Pure. */
import { marked } from "./compare";
import { MARKS, type Picture, type PictureNode, within } from "./picture";

export function describe(picture: Picture): string {
    const sites = picture.nodes.filter(({ kind }) => kind === "site").map(siteText);
    const titles = new Map(
        picture.nodes.flatMap((top) => within(top).map(({ id, title }) => [id, titleIn(top, title)] as const)),
    );
    const flows = picture.edges
        .filter(({ kind }) => kind === "flow")
        .map(
            ({ from, to, text, both }) =>
                `${titles.get(from) ?? from} ${both ? "from and " : ""}to ${titles.get(to) ?? to} (${text})`,
        );
    const all = marked(picture);
    const marks = MARKS.flatMap((mark) => {
        const with_ = all.filter((one) => one.mark === mark).map(({ title }) => title);
        return with_.length === 0 ? [] : [`Marked as ${mark}: ${with_.join(", ")}.`];
    });
    return [...marks, ...sites, ...(flows.length === 0 ? [] : [`Flows: ${flows.join("; ")}.`])].join(" ");
}

function titleIn(top: PictureNode, title: string): string {
    return top.title === title ? title : `${top.title}'s ${title}`;
}

function siteText({ title, lines, children }: PictureNode): string {
    const all = children.flatMap(within);
    const named = (kind: PictureNode["kind"]): string[] =>
        all.filter((node) => node.kind === kind).map((node) => node.title);
    const registries = all
        .filter(({ kind }) => kind === "registry")
        .map(
            (node) =>
                `${node.title} ${(node.dots ?? []).length === 0 ? "without members" : `with a member in zones ${(node.dots ?? []).join(" and ")}`}`,
        );
    const zones = children
        .filter(({ kind }) => kind === "zone")
        .map((zone) => `${zone.title} with ${zone.children.map(rackText).join(", ")}`);
    return (
        `Site ${title} (${lines.join(", ")}): registries ${registries.join(", ")}; ` +
        `${[...named("service"), ...named("store")].join(", ")}; ${zones.join("; ")}; fed by ${named("feed").join(", ")}.`
    );
}

function rackText({ title, children }: PictureNode): string {
    const hosts = children.map((host) => host.title).join(", ");
    return hosts === "" ? title : `${title} (${hosts})`;
}
