/** Which sites are asked where none is named. Pure. */
import type { MonitoringSection } from "../infra/monitoring/config";
import { UserError } from "../command-line/command";

/**
 * The sites that are watched. A restore environment is there for an hour, and is asked about only by name.
 *
 * @throws UserError where none is: of nobody's silence it does not follow that nothing is wrong
 */
export function watchedSites(sites: readonly string[], configOf: (site: string) => MonitoringSection): string[] {
    const watched = sites.filter((site) => configOf(site).monitoring !== undefined);
    if (watched.length === 0) {
        throw new UserError(
            `none of ${sites.join(", ")} is watched: declare data-embassy:monitoring in their stack files, and run npm start`,
        );
    }
    return watched;
}
