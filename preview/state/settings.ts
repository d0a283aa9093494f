/** Reads what a state records of the last applied stack file and of the site's facility at that time. Pure. */
import { PROJECT, SETTINGS_OUTPUT } from "../../infra/conventions/names";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { workloads } from "../../infra/site/workloads";
import { type SiteFacts, factsOf } from "../facility/facts";
import type { StackFile } from "../stack-file";
import type { EngineEvent } from "./events";

type Values = StackFile["config"];

/** @returns undefined where there is no state, or its program recorded no settings */
export function recordedSettings(events: readonly EngineEvent[]): Values | undefined {
    const stack = events.find(({ resourcePreEvent }) => resourcePreEvent?.metadata.type === "pulumi:pulumi:Stack");
    const found = stack?.resourcePreEvent?.metadata.old?.outputs?.[SETTINGS_OUTPUT];
    return typeof found === "object" && found !== null ? (found as Values) : undefined;
}

/** The part of a stack file that such a record has, which is everything that is not encrypted. */
export function recordable({ config }: StackFile): Values {
    return Object.fromEntries(
        Object.entries(config).filter(
            ([key, value]) => key.startsWith(`${PROJECT}:`) && !JSON.stringify(value).includes('"secure":'),
        ),
    );
}

/** The facts as this program judges them, like every side of a report; undefined for settings that it would refuse. */
export function factsFrom(stack: string, values: Values): SiteFacts | undefined {
    try {
        const config = parseConfig(stack, values);
        const site = plan(config);
        return factsOf(config, site, workloads(config, site));
    } catch {
        return undefined;
    }
}
