import { pictureSvg } from "../map";
import type { Report } from "../report";
import { visible } from "./visible";

/** Stack → SVG of what changes in its site; none where nothing that is drawn changes. The ids of each picture are its own. */
export async function picturesOf(report: Report): Promise<Map<string, string>> {
    const drawn = visible(report).stacks.flatMap(({ stack, picture }) => (picture ? [{ stack, picture }] : []));
    const pictures = drawn.map(async ({ stack, picture }, index): Promise<[string, string]> => {
        return [stack, await pictureSvg(picture, `picture-${index + 1}`, `What changes in ${stack}`)];
    });
    return new Map(await Promise.all(pictures));
}
