/** The options that every call of the lab takes. */
import { readFileSync } from "node:fs";
import { binDir, embassyHome } from "../command-line/paths";
import { NodeKind, SiteInventory, siteInventory } from "./inventory";
import { SitePaths } from "./paths";
import { Supervisor } from "./processes/supervisor";

export interface LabOptions {
    /** Folder of the lab's state; the default is `EMBASSY_HOME`, or `.embassy` in the repository. */
    readonly home?: string;
    /** Folder of the binaries; the default is `bin` in `EMBASSY_HOME`. */
    readonly binDirectory?: string;
    /** Kind of the nodes of a new site; an existing site keeps the kind that it was made with. */
    readonly nodes?: NodeKind;
    readonly inventory?: (site: string) => SiteInventory;
    /** Gets one line each time that something happens in a site. */
    readonly onProgress?: (site: string, message: string) => void;
}

/** A site, and everything that is needed to handle it. */
export interface Site {
    readonly paths: SitePaths;
    readonly binDirectory: string;
    readonly supervisor: Supervisor;
    readonly inventory: () => SiteInventory;
    readonly report: (message: string) => void;
}

export function openSite(name: string, options: LabOptions): Site {
    const home = options.home ?? embassyHome;
    const paths = new SitePaths(home, name);
    const binDirectory = options.binDirectory ?? binDir;
    return {
        paths,
        binDirectory,
        supervisor: new Supervisor(paths, binDirectory),
        inventory: () => options.inventory?.(name) ?? siteInventory(name, foundedWith(paths) ?? options.nodes, home),
        report: (message) => options.onProgress?.(name, message),
    };
}

/** Kind of the nodes of a site that exists. */
export function foundedWith(paths: SitePaths): NodeKind | undefined {
    try {
        return (JSON.parse(readFileSync(paths.foundation, "utf8")) as { nodes?: NodeKind }).nodes ?? "simulated";
    } catch {
        return undefined;
    }
}
