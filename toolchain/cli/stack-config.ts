import { existsSync, readFileSync } from "node:fs";
import { ConfigError, type EmbassyConfig, parseConfig } from "../../infra/site/config";
import { PROJECT } from "../../infra/conventions/names";
import { SITE_ROLES } from "../../infra/conventions/site";
import { UserError } from "../../command-line/command";
import { projectText, wholeConfig } from "./project-config";
import { declaredStacks, knownStacks, stackFile, stackFolder } from "./stack-file";

/** Stack → the texts of its files, and what they declare. A command asks dozens of times, and reading YAML and checking it takes 20 ms. */
const read = new Map<string, { readonly texts: string; readonly config: EmbassyConfig }>();

/** The configuration that a site's stack file declares. @throws UserError where there is none, or it is wrong */
export function stackConfig(stack: string, folder = stackFolder(stack)): EmbassyConfig {
    const file = stackFile(stack, folder);
    if (!existsSync(file)) {
        throw new UserError(
            `There is no site "${stack}": no file Pulumi.${stack}.yaml. Sites are ${knownStacks().join(", ")}.`,
        );
    }
    const [own, project] = [readFileSync(file, "utf8"), projectText()];
    const texts = JSON.stringify([own, project]);
    const known = read.get(stack);
    if (known?.texts === texts) {
        return known.config;
    }
    try {
        const config = parseConfig(stack, wholeConfig(own, project));
        read.set(stack, { texts, config });
        return config;
    } catch (error) {
        throw error instanceof ConfigError ? new UserError(error.message) : error;
    }
}

/** The sections that some stack has, right or wrong, and the keys in them: `monitoring`, `monitoring.receivers`. */
export function declaredSections(): Set<string> {
    const sections = declaredStacks().flatMap((stack) =>
        Object.entries(wholeConfig(readFileSync(stackFile(stack), "utf8"))),
    );
    return new Set(
        sections.flatMap(([key, content]) => {
            const section = key.slice(PROJECT.length + 1);
            const inside = typeof content === "object" && content !== null ? Object.keys(content) : [];
            return [section, ...inside.map((one) => `${section}.${one}`)];
        }),
    );
}

/** The sites that the project declares and that hold the registries all the time, the one that writes them first. Restore environments do not. */
export function pairedSites(): string[] {
    const roles = declaredStacks().map((stack) => [stack, stackConfig(stack).site.role] as const);
    return roles
        .filter(([, role]) => role !== "restore")
        .sort(([, a], [, b]) => SITE_ROLES.indexOf(a) - SITE_ROLES.indexOf(b))
        .map(([stack]) => stack);
}
