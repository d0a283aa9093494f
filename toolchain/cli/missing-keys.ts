/** Finds keys that somebody removed from a state without an update, which the next update would make a second time. */
import { existsSync } from "node:fs";
import { UserError } from "../../command-line/command";
import { embassyHome } from "../../command-line/paths";
import { NEW_KEYS } from "./decisions";
import { hasKeys, missingKeys } from "./known-keys";
import { backupsOf } from "./lost-state";
import { wasRemoved } from "./removed-stacks";
import { stateFile } from "./states";

/** @throws UserError naming the missing keys, and the newest state that has them all; the state must be in order otherwise */
export function refuseMissingKeys(stack: string, home = embassyHome): void {
    const file = stateFile(stack, home);
    const missing = existsSync(file) && !wasRemoved(stack, home) ? missingKeys(stack, home) : [];
    if (missing.length === 0) {
        return;
    }
    const names = missing.map((key) => key.split("::").at(-1)).join(", ");
    const whole = backupsOf(stack, home).find(({ path }) => hasKeys(path, missing));
    const way =
        whole === undefined
            ? `No state that is left has them: put one back from a backup of yours, an export with npm run pulumi -- stack import -s ${stack} --file FILE.`
            : `The newest state that has them is ${whole.path}: cp ${whole.path} ${file}`;
    throw new UserError(
        [
            `The state file ${file} lacks ${missing.length === 1 ? "a key" : `${missing.length} keys`} that no update and no destroy has taken out: ${names}. Another would be made instead, what only the first one opens would be lost, and nothing was begun.`,
            way,
            `Then look at npm run pulumi -- preview --refresh -s ${stack}. To have made anew what is missing: npm run pulumi -- up -s ${stack} ${NEW_KEYS}`,
        ].join("\n"),
    );
}
