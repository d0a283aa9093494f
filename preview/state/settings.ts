/** What a state records of the stack file that was applied last, and of where the site stood then. Pure. */
import { PROJECT, SETTINGS_OUTPUT } from "../../infra/conventions/names";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { workloads } from "../../infra/site/workloads";
import { type SiteFacts, factsOf } from "../facility/facts";
import type { StackFile } from "../stack-file";
import type { EngineEvent } from "./events";

type Values = StackFile["config"];

/** @returns undefined where there is no state, or one that a program wrote which recorded nothing */
export function recordedSettings(events: readonly EngineEvent[]): Values | undefined {
    const stack = events.find(({ resourcePreEvent }) => resourcePreEvent?.metadata.type === "pulumi:pulumi:Stack");
    const found = stack?.resourcePreEvent?.metadata.old?.outputs?.[SETTINGS_OUTPUT];
    return typeof found === "object" && found !== null ? (found as Values) : undefined;
}

/** Of the stack file, what such a record has: what is encrypted there is in none. */
export function recordable({ config }: StackFile): Values {
    return Object.fromEntries(
        Object.entries(config).filter(
            ([key, value]) => key.startsWith(`${PROJECT}:`) && !JSON.stringify(value).includes('"secure":'),
        ),
    );
}

/** Judged by this program, as a report does of every side; undefined for what it would refuse. */
export function factsFrom(stack: string, values: Values): SiteFacts | undefined {
    try {
        const config = parseConfig(stack, values);
        const site = plan(config);
        return factsOf(config, site, workloads(config, site));
    } catch {
        return undefined;
    }
}
