/** The picture of a change to a site. Pure. */
import type { Side } from "../side";
import { flowsIn } from "./open-flows";
import type { ObjectChange, StackReport } from "../report";
import { comparePictures, marked } from "./compare";
import { type Drawn, embassyPicture } from "./embassy";
import type { Picture } from "./picture";

const EMPTY: Picture = { nodes: [], edges: [] };

/** @returns undefined where nothing that is drawn changes, or a side has no readable plan */
export function pictureOf(
    state: StackReport["state"],
    before: Side,
    after: Side,
    objects: readonly ObjectChange[],
): Picture | undefined {
    const [olds, news] = [before, after].map(drawn) as [Drawn[], Drawn[]];
    if ((olds.length === 0 && state !== "added") || (news.length === 0 && state !== "removed")) {
        return undefined;
    }
    const touched = new Set([...olds, ...news].flatMap(({ facts }) => objects.map((one) => boxOf(facts.name, one))));
    const [old, next] = [olds, news].map((sites) => (sites.length === 0 ? EMPTY : embassyPicture(sites))) as [
        Picture,
        Picture,
    ];
    const picture = comparePictures(old, next, (id) => touched.has(id));
    return marked(picture).length === 0 ? undefined : picture;
}

export function drawn(side: Side): Drawn[] {
    const { facts, outside } = side;
    const resources = side.resources.flatMap(({ resource }) => resource ?? []);
    return facts === undefined ? [] : [{ facts, flows: flowsIn({ resources, outside }) }];
}

/** The box in which an object is drawn. */
function boxOf(site: string, { subject, name }: ObjectChange): string {
    const registry = /^registry (.+)$/.exec(subject)?.[1];
    if (registry !== undefined) {
        return `${site}/registries/${registry}`;
    }
    return name.startsWith("edge/gazette") ? `${site}/gazette` : `${site}/${subject}`;
}
