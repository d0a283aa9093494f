/** The processes that serve one run of the CLI, beside it: its providers, and its back end where it changes resources. */
import { UserError } from "../../command-line/command";
import type { Companion } from "./companion";
import { startJournal } from "./journal";
import { startProviders } from "./providers";

/**
 * @param args the CLI's, a command about resources
 * @param environment the CLI's own, as {@link pulumiEnvironment} makes it
 * @throws UserError where one of them does not start, or has ended by now; none is left then
 */
export async function startCompanions(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Companion[]> {
    const starting = [startProviders(environment), startJournal(args, environment)];
    const outcomes = await Promise.allSettled(starting);
    const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? (outcome.value ?? []) : []));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    // A process that has ended has let go of its leash, and such a leash cannot be given to a CLI.
    const ended = started.some(({ leash }) => leash.destroyed);
    if (failed || ended) {
        await Promise.all(started.map(({ stop }) => stop()));
        throw (
            failed?.reason ??
            new UserError("A process that serves the CLI ended before that had begun. Run the command again.")
        );
    }
    return started;
}

/** The environment of a CLI that `companions` serve. */
export function served(environment: NodeJS.ProcessEnv, companions: readonly Companion[]): NodeJS.ProcessEnv {
    return Object.assign({}, environment, ...companions.map((companion) => companion.environment)) as NodeJS.ProcessEnv;
}
