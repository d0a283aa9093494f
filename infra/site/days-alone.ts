/** Whether a site goes on for as long as it must without Tallinn: what only Tallinn renews has to last. Pure. */
import { InputError } from "../conventions/errors";
import { DAYS_ALONE } from "../keys/config";
import { DAY_SECONDS, type Lifetime, duration } from "./lifetimes";

/** What would end within the days that a site must go on alone, a line each. */
export function tooShort(all: readonly Lifetime[]): string[] {
    return all.flatMap(({ name, renewal }) => {
        if (renewal.from !== "home" || renewal.leftSeconds >= DAYS_ALONE * DAY_SECONDS) {
            return [];
        }
        return [
            `${name}: ${duration(renewal.leftSeconds)} are left of it at worst when Tallinn fails for good; it must be ${DAYS_ALONE} days ` +
                `or more. It is renewed by ${renewal.by}: renew it earlier, more often, or from the site itself`,
        ];
    });
}

/** @throws InputError naming each thing that would not outlast {@link DAYS_ALONE} days without Tallinn */
export function refuseTooShort(site: string, all: readonly Lifetime[]): void {
    const problems = tooShort(all);
    if (problems.length > 0) {
        const lines = problems.map((problem) => `  - ${problem}`);
        throw new InputError(
            [`${site} cannot go on for ${DAYS_ALONE} days without Tallinn; nothing was changed:`, ...lines].join("\n"),
        );
    }
}
