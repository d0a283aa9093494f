/** Where the CLI keeps a stack's history in this project's own back end. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../infra/conventions/names";

/** The state after the last update, according to the stack's history. */
export function lastUpdate(stack: string, home: string): string | undefined {
    return newestIn(join(home, "state", ".pulumi", "history", PROJECT, stack), ".checkpoint.json");
}

/** The newest of files whose names end in the time, which has as many digits in each. */
export function newestIn(folder: string, suffix: string): string | undefined {
    const name =
        existsSync(folder) &&
        readdirSync(folder)
            .filter((file) => file.endsWith(suffix))
            .sort()
            .at(-1);
    return name ? join(folder, name) : undefined;
}
