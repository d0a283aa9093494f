/** Draws the embassy, and what a change does to it. */
import { draw } from "./draw";
import { folded } from "./fold";
import { layOut } from "./layout";
import { embassyPicture } from "./embassy";
import type { Side } from "../side";
import { drawn } from "./change";
import type { Picture } from "./picture";

/** Gives the same text for the same picture on every machine. @param id of the picture in a page */
export async function pictureSvg(picture: Picture, id: string, title: string): Promise<string> {
    const small = folded(picture);
    return draw(small, await layOut(small), id, title);
}

/** All sites and the lines between them, as in docs/map.svg. */
export function mapSvg(sides: readonly Side[]): Promise<string> {
    const sites = sides
        .flatMap(drawn)
        .toSorted((one, other) => ORDER.indexOf(one.facts.role) - ORDER.indexOf(other.facts.role));
    const names = sites.map(({ facts }) => facts.name).join(", ");
    return pictureSvg(embassyPicture(sites), "embassy", `The data embassy: ${names}`);
}

const ORDER = ["primary", "standby", "restore"];
