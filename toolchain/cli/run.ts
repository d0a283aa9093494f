/** Runs the Pulumi CLI with this project's environment. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../command-line/command";
import { embassyHome, pulumiHome, repoRoot, stateDir } from "../../command-line/paths";
import { parseArguments } from "./arguments";
import { turnOffAutomaticLogs } from "./automatic-logs";
import { takeDecisions } from "./decisions";
import { type Toolchain, changingEnvironment, previewEnvironment, pulumiEnvironment } from "./environment";
import { served, startCompanions } from "./companions";
import { againstNothing, isPreview, previewedWithoutState } from "./empty-state";
import { recoverJournals } from "./journal";
import { passOn } from "./output";
import { removeStaleLocks } from "./locks";
import { ensurePassphrase } from "./passphrase";
import { settlePending } from "./pending";
import { runReviewed } from "./reviewed";
import { askedOf } from "./reviewed/asked";
import { type How, refuseWithoutState } from "./reviewed/now";
import { withSelectedStack } from "./selected-stack";
import { type Glance, glanceAtSite } from "./site-glance";
import { forgetRemoved, refuseLostState, rememberRemoved } from "./lost-state";
import { folderUrl, statesFolder } from "./states";
import {
    checkStackFile,
    commandOf,
    isAboutResources,
    isElsewhere,
    knownStacks,
    namedStack,
    removeSalts,
    stackFile,
    stackToMake,
    withStackCopies,
} from "./stack-file";

const REMOVES_STACKS = new Set(["stack", "destroy"]);

export interface PulumiRun {
    readonly code: number;
    /** Standard output; empty where it went to the terminal. */
    readonly output: string;
}

export interface RunOptions {
    readonly toolchain: Toolchain;
    /** Keep what it prints, instead of passing it to the terminal. */
    readonly capture?: boolean;
    /** Over the project's own. */
    readonly environment?: NodeJS.ProcessEnv;
    /** Ends the CLI as Ctrl-C does: what it has begun still reaches the state. */
    readonly signal?: AbortSignal;
}

/**
 * @param given the CLI's own, `["up", "-s", "tallinn"]`, and this project's `--accept-loss`
 * @throws UserError where the command cannot work: no stack file, no passphrase, no state where there was one
 */
export async function runPulumi(given: readonly string[], { environment, ...rest }: RunOptions): Promise<PulumiRun> {
    const { args: taken, decided } = takeDecisions(given);
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
    refuseLost(args, cli);
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
    const cliRun = (more: readonly string[], how: How = {}): Promise<PulumiRun> =>
        spawnPulumi(withStackCopies(more), { ...options, ...how });
    const result = await (asked ? runReviewed(asked, args, options.environment, cliRun) : cliRun(args));
    if (result.code === 0) {
        removed?.();
    }
    const stack = namedStack(args);
    if (stack !== undefined) {
        // Also where it failed: it may have made something.
        forgetRemoved(stack);
    }
    if (result.code === 0 && stack !== undefined && commandOf(args) === "up") {
        await settlePending(stack, (more) => askPulumi(more, options));
    }
    return result;
}

/** What a killed run has left: its locks, and the steps that it had noted. */
function takeOver(): void {
    for (const stack of removeStaleLocks()) {
        process.stderr.write(`The run that had locked ${stack} is gone; its lock was removed.\n`);
    }
    recoverJournals();
}

/**
 * Before anything is begun, the making of a passphrase included, and after what a killed run noted is in the state. Only in the project's own back end: another one keeps its states as it will.
 * `stack init` is refused where it would write over a backup; else it makes room for `stack import`.
 */
function refuseLost(args: readonly string[], cli: NodeJS.ProcessEnv): void {
    const { PULUMI_BACKEND_URL: backEnd } = cli;
    const made = stackToMake(args);
    const named = isAboutResources(args) ? namedStack(args) : undefined;
    if (backEnd !== folderUrl(embassyHome) || isElsewhere(args)) {
        return;
    }
    if (made !== undefined) {
        refuseLostState({ stack: made });
    }
    if (named !== undefined && existsSync(stackFile(named))) {
        // A preview makes no keys: a site that does not answer keeps nobody from one, as long as nothing tells of a state.
        const glance = (): Glance => ({ ...glanceAtSite(named, cli), ...(isPreview(args) && { silent: undefined }) });
        refuseLostState({ stack: named, glance });
    }
}

/** @throws UserError where the CLI fails */
async function askPulumi(args: readonly string[], options: RunOptions): Promise<string> {
    const { code, output } = await spawnPulumi(args, { ...options, capture: true });
    if (code !== 0) {
        throw new UserError(`pulumi ${args.join(" ")} failed; the state is as it was before`);
    }
    return output;
}

async function spawnPulumi(
    args: readonly string[],
    { toolchain, capture = false, environment = {}, signal, redact, redacts }: RunOptions & How,
): Promise<PulumiRun> {
    const debug = parseArguments(args).options.has("debug");
    const env = {
        ...pulumiEnvironment(process.env, toolchain, knownStacks()),
        ...(toolchain === "modules" && previewEnvironment(args)),
        ...changingEnvironment(args),
        ...(debug && { EMBASSY_PROGRAM_DEBUG: "true" }),
        ...environment,
    };
    const companions = toolchain === "modules" && isAboutResources(args) ? await startCompanions(args, env) : [];
    const child = spawn("pulumi", args, {
        cwd: repoRoot,
        env: served(env, companions),
        stdio: [
            capture ? "ignore" : "inherit",
            capture || redacts === "both" ? "pipe" : "inherit",
            redact ? "pipe" : "inherit",
            ...companions.map(({ leash }) => leash),
        ],
    });
    // Held by the CLI alone: they outlive a killed wrapper, whose CLI goes on, and no CLI.
    companions.forEach(({ leash }) => leash.destroy());
    // Ctrl-C reaches the CLI from the terminal, and it ends in its own time: what it has begun must reach the state.
    const ignore = (): void => undefined;
    const terminate = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", ignore).on("SIGTERM", terminate);
    const interrupt = (): void => void child.kill("SIGINT");
    // Else it would wait, minutes long, for things to become ready that it will not make any more.
    companions.forEach(({ lost }) => void lost?.then(interrupt));
    signal?.addEventListener("abort", interrupt);
    if (signal?.aborted) {
        // While the providers were being started.
        interrupt();
    }
    const output = passOn(child, capture, redact);
    try {
        const code = await new Promise<number>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (status) => resolve(status ?? 1));
        });
        return { code, output: output() };
    } finally {
        process.off("SIGINT", ignore).off("SIGTERM", terminate);
        signal?.removeEventListener("abort", interrupt);
        await Promise.all(companions.map(({ stop }) => stop()));
        removeSalts();
    }
}

/** State files that are no JSON: a disk that failed, or an editor. The CLI itself only says that it cannot parse. */
export function corruptStates(stacks = statesFolder): string[] {
    if (!existsSync(stacks)) {
        return [];
    }
    return readdirSync(stacks)
        .filter((file) => file.endsWith(".json"))
        .map((file) => join(stacks, file))
        .filter((file) => {
            try {
                JSON.parse(readFileSync(file, "utf8"));
                return false;
            } catch {
                return true;
            }
        });
}

/** @throws UserError where {@link upStack} would make anew what was lost; before the first of several stacks is changed */
export function refuseLostStates(stacks: readonly string[], toolchain: Toolchain): void {
    takeOver();
    const cli = pulumiEnvironment(process.env, toolchain, knownStacks());
    stacks.forEach((stack) => refuseLost(["up", "--stack", stack], cli));
}
