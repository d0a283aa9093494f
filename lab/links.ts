/** The links between the lab's sites: which there are, and how they are broken and mended. */
import { LabError } from "./errors";
import { isCut, linkName, setCut } from "./nodes/link";
import { NETWORK } from "./nodes/network";
import { type LabOptions, type Site, openSite } from "./options";

export interface LinkStatus {
    readonly sites: readonly [string, string];
    readonly state: "up" | "cut";
}

type Pair = readonly [Site, Site];

/** Pairs of `sites` whose ends both run: a site runs an end for each peer that its stack file names. */
async function pairs(names: readonly string[], options: LabOptions): Promise<Pair[]> {
    const sites = names.map((name) => openSite(name, options));
    const runs = async ({ supervisor }: Site, { paths }: Site): Promise<boolean> =>
        // An end whose network is gone hangs in the air.
        (await supervisor.live(NETWORK)) !== undefined && (await supervisor.live(linkName(paths.site))) !== undefined;
    const candidates = sites.flatMap((a, index) => sites.slice(index + 1).map((b): Pair => [a, b]));
    const checked = candidates.map(async ([a, b]): Promise<Pair[]> =>
        (await runs(a, b)) && (await runs(b, a)) ? [[a, b]] : [],
    );
    return (await Promise.all(checked)).flat();
}

/** The links between `sites`. */
export async function linkStatus(sites: readonly string[], options: LabOptions = {}): Promise<LinkStatus[]> {
    return (await pairs(sites, options)).map(([a, b]) => ({
        sites: [a.paths.site, b.paths.site],
        state: isCut(a.paths, b.paths.site) || isCut(b.paths, a.paths.site) ? "cut" : "up",
    }));
}

/** Severs every link between `sites`, until {@link heal}. @throws LabError where there is none */
export function cut(sites: readonly string[], options: LabOptions = {}): Promise<LinkStatus[]> {
    return change(sites, options, true);
}

/** Mends every link between `sites`. @throws LabError where there is none */
export function heal(sites: readonly string[], options: LabOptions = {}): Promise<LinkStatus[]> {
    return change(sites, options, false);
}

async function change(sites: readonly string[], options: LabOptions, severed: boolean): Promise<LinkStatus[]> {
    const links = await pairs(sites, options);
    if (links.length === 0) {
        const between = sites.length > 0 ? ` between ${sites.join(", ")}` : "";
        throw new LabError(
            `There is no link${between}: links join running sites with real nodes whose stack files name each other as peers. npm run lab -- up --nodes real brings up two.`,
        );
    }
    for (const [a, b] of links) {
        await setCut(a.paths, b.paths.site, severed);
        await setCut(b.paths, a.paths.site, severed);
    }
    return linkStatus(sites, options);
}
