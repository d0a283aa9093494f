/** Whether a site goes on for as long as it must without the one that holds the root. What only that one renews has to last so long. Pure. */
import { InputError } from "../conventions/errors";
import { DAYS_ALONE } from "../keys/config";
import { DAY_SECONDS, type Lifetime, duration } from "./lifetimes";

/** What would end within the days that a site must go on alone, a line each. @param home the site that holds the root (`keys.root`) */
export function tooShort(all: readonly Lifetime[], home: string): string[] {
    return all.flatMap(({ name, renewal }) => {
        if (renewal.from !== "home" || renewal.leftSeconds >= DAYS_ALONE * DAY_SECONDS) {
            return [];
        }
        return [
            `${name}: ${duration(renewal.leftSeconds)} are left of it at worst when ${home} fails for good; it must be ${DAYS_ALONE} days ` +
                `or more. It is renewed by ${renewal.by}: renew it earlier, more often, or from the site itself`,
        ];
    });
}

/** @throws InputError naming each thing that would not outlast {@link DAYS_ALONE} days without `home` */
export function refuseTooShort(site: string, all: readonly Lifetime[], home: string): void {
    const problems = tooShort(all, home);
    if (problems.length > 0) {
        const lines = problems.map((problem) => `  - ${problem}`);
        throw new InputError(
            [`${site} cannot go on for ${DAYS_ALONE} days without ${home}; nothing was changed:`, ...lines].join("\n"),
        );
    }
}
