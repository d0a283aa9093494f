/** Runs the Pulumi CLI with this project's environment. */
import { mkdirSync } from "node:fs";
import { UserError } from "../../command-line/command";
import { pulumiHome, stateDir } from "../../command-line/paths";
import { turnOffAutomaticLogs } from "./automatic-logs";
import { refuseLost, takeOver } from "./check-states";
import { takeDecisions } from "./decisions";
import { againstNothing, previewedWithoutState } from "./empty-state";
import { pulumiEnvironment } from "./environment";
import { ensurePassphrase } from "./passphrase";
import { beginRun } from "./known-keys";
import { settlePending } from "./pending";
import { forgetRemoved, rememberRemoved } from "./removed-stacks";
import { runReviewed } from "./reviewed";
import { askedOf } from "./reviewed/asked";
import { type How, refuseWithoutState } from "./reviewed/now";
import { withSelectedStack } from "./selected-stack";
import { type PulumiRun, type RunOptions, spawnPulumi } from "./spawn";
import { checkStackFile, commandOf, knownStacks, namedStack, withStackCopies } from "./stack-file";

const REMOVES_STACKS = new Set(["stack", "destroy"]);

/**
 * @param given the CLI's own, `["up", "-s", "tallinn"]`, and this project's `--accept-loss`
 * @throws UserError where the command cannot work: no stack file, no passphrase, no state where there was one
 */
export async function runPulumi(given: readonly string[], { environment, ...rest }: RunOptions): Promise<PulumiRun> {
    const { args: taken, decided, newKeys } = takeDecisions(given);
    const options = { ...rest, environment: { ...decided, ...environment } };
    const cli = { ...pulumiEnvironment(process.env, options.toolchain, knownStacks()), ...environment };
    const args = withSelectedStack(taken, cli);
    checkStackFile(args);
    const asked = askedOf(args);
    mkdirSync(stateDir, { recursive: true });
    if (options.toolchain === "modules") {
        turnOffAutomaticLogs(pulumiHome);
    }
    takeOver();
    refuseLost(args, cli, newKeys);
    if (asked) {
        refuseWithoutState(asked.stack, cli);
    }
    const withoutState = previewedWithoutState(args, cli);
    if (withoutState !== undefined) {
        return againstNothing(withoutState, withStackCopies(args), (own, its) =>
            spawnPulumi(own, { ...options, environment: { ...options.environment, ...its } }),
        );
    }
    ensurePassphrase(process.env);
    const removed = REMOVES_STACKS.has(commandOf(args)) ? rememberRemoved() : undefined;
    const stack = namedStack(args);
    const ended = stack === undefined ? undefined : beginRun(commandOf(args), stack);
    const cliRun = (more: readonly string[], how: How = {}): Promise<PulumiRun> =>
        spawnPulumi(withStackCopies(more), { ...options, ...how });
    const result = await (asked ? runReviewed(asked, args, options.environment, cliRun) : cliRun(args)).finally(ended);
    if (result.code === 0) {
        removed?.();
    }
    if (stack !== undefined) {
        // This is done also where it failed, as it may have made something.
        forgetRemoved(stack);
    }
    if (result.code === 0 && stack !== undefined && commandOf(args) === "up") {
        await settlePending(stack, (more) => askPulumi(more, options));
    }
    return result;
}

/** @throws UserError where the CLI fails */
async function askPulumi(args: readonly string[], options: RunOptions): Promise<string> {
    const { code, output } = await spawnPulumi(args, { ...options, capture: true });
    if (code !== 0) {
        throw new UserError(`pulumi ${args.join(" ")} failed; the state is as it was before`);
    }
    return output;
}
