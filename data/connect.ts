import type { Database } from "./database";
import { fromEnvironment } from "./environment";
import type { Registry } from "./registries";
import { inSite } from "./site";

/**
 * @param site a site's name, or `undefined` for the database that libpq's variables name
 * @throws UserError where there is no such site, or the variables are not enough
 */
export function databaseOf(
    registry: Registry,
    site: string | undefined,
    environment: Readonly<Record<string, string | undefined>> = process.env,
): Database {
    return site === undefined ? fromEnvironment(environment) : inSite(registry, site, environment);
}
