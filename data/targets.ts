/** Which registries a command is about, and where they are. */
import { runningOf } from "../infra/registries/config";
import { stackConfig } from "../toolchain/cli/stack-config";
import { UserError } from "../command-line/command";
import { databaseOf } from "./connect";
import type { Database } from "./database";
import { DEFAULT_REGISTRY, REGISTRIES, type Registry, parseRegistry, toRun } from "./registries";

export interface Common {
    readonly registry?: string;
    readonly site?: string;
    readonly json?: boolean;
}

export interface ManyFlags extends Common {
    readonly all?: boolean;
}

export interface Target {
    readonly registry: Registry;
    readonly database: Database;
}

export function target({ registry = DEFAULT_REGISTRY, site }: Common): Target {
    const known = parseRegistry(registry);
    return { registry: known, database: databaseOf(known, site) };
}

/** The registry that is named, or all that run: in a site by its stack file, elsewhere all that exist. */
export function targets(flags: ManyFlags): Target[] {
    if (flags.all !== true) {
        return [target(flags)];
    }
    if (flags.registry !== undefined) {
        throw new UserError(`--all is every registry, ${flags.registry} as well: leave one of the two options out.`);
    }
    return runningIn(flags.site).map((registry) => ({ registry, database: databaseOf(registry, flags.site) }));
}

/** @throws UserError where none runs, because what is said of all of them would be said of nothing */
export function runningIn(site: string | undefined): readonly Registry[] {
    const config = site === undefined ? undefined : stackConfig(site);
    const running = config === undefined ? REGISTRIES : runningOf(config, REGISTRIES);
    if (running.length === 0) {
        throw new UserError(
            `No registry runs in ${site ?? "the site"}: ${toRun(DEFAULT_REGISTRY, site)}, or name one with --registry.`,
        );
    }
    return running;
}
