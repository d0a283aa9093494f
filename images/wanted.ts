/** Which images a lab needs: not those of a section that no stack file has, because to compile what is in them takes minutes. Pure. */
import type { Image } from "./declaration";

/**
 * @param sections that some stack file has
 * @param isBuilt whether an image was built before, as `npm run images` builds all; it is then kept up to date
 */
export function wantedImages(
    catalogue: readonly Image[],
    sections: ReadonlySet<string>,
    isBuilt: (name: string) => boolean,
): Image[] {
    return catalogue.filter(({ name, section }) => section === undefined || sections.has(section) || isBuilt(name));
}
