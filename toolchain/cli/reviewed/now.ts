/** What a plan is bound to, as it is at this moment. */
import { existsSync, readFileSync } from "node:fs";
import { PROJECT } from "../../../infra/conventions/names";
import { UserError } from "../../../command-line/command";
import { embassyHome, repoRoot } from "../../../command-line/paths";
import { parseArguments } from "../arguments";
import { wholeConfig } from "../project-config";
import { stackFile } from "../stack-file";
import { folderUrl, stateFile } from "../states";
import { shapingOptions } from "./asked";
import { codeOf } from "./code";
import { type Bound, digestOf } from "./plan-file";
import type { Redaction } from "./redact";
import { type Exported, stateVersion } from "./state";

export interface CliRun {
    readonly code: number;
    readonly output: string;
}

export interface How {
    /** Keeps the CLI's standard output, and does not show it. */
    readonly capture?: boolean;
    /** Filters what else the CLI prints before it is shown. */
    readonly redact?: Redaction;
    /** With "stderr", standard output stays the terminal's own, with colours and questions. */
    readonly redacts?: "stderr" | "both";
}

/** Runs the CLI. */
export type RunCli = (args: readonly string[], how: How) => Promise<CliRun>;

export interface Now {
    readonly bound: Bound;
    readonly exported: Exported;
}

/**
 * Runs before anything is asked of the CLI, which would preview even a stack without a state.
 *
 * @param cli the environment of the CLI; another back end than the project's knows its states itself
 * @throws UserError where there is no state that a plan could be for
 */
export function refuseWithoutState(stack: string, { PULUMI_BACKEND_URL: backEnd }: NodeJS.ProcessEnv): void {
    const file = stateFile(stack);
    if (backEnd === folderUrl(embassyHome) && ![file, `${file}.gz`, `${file}.zst`].some((each) => existsSync(each))) {
        throw new UserError(
            `A plan is for a state, and the stack ${stack} has none yet: make one with npm run pulumi -- stack init ${stack}. Nothing was changed.`,
        );
    }
}

/**
 * @param file the plan's own
 * @param environment the program's own, over that of this process
 */
export async function asItIs(
    stack: string,
    file: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    cli: RunCli,
): Promise<Now> {
    const code = codeOf(repoRoot, file);
    const engine = await answer(["version"], cli);
    const exported = JSON.parse(await answer(["stack", "export", "--stack", stack], cli)) as Exported;
    const config = parseArguments(args).options.get("config-file") ?? stackFile(stack);
    const bound: Bound = {
        project: PROJECT,
        stack,
        engine: engine.trim(),
        options: [...shapingOptions(args), ...decided(environment)],
        config: configDigests(config),
        state: stateVersion(exported),
        code,
    };
    return { bound, exported };
}

async function answer(args: readonly string[], cli: RunCli): Promise<string> {
    const { code, output } = await cli(args, { capture: true });
    if (code !== 0) {
        throw new UserError(`A plan is for a state, and pulumi ${args.join(" ")} failed. It says why above.`);
    }
    return output;
}

/** Key of the stack's configuration, from its file or the project's → digest of its value. */
function configDigests(file: string): Record<string, string> {
    return Object.fromEntries(leaves(wholeConfig(readFileSync(file, "utf8")), ""));
}

function leaves(value: unknown, key: string): [string, string][] {
    if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
        return [[key, digestOf(JSON.stringify(value))]];
    }
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, key === "" ? name : `${key}.${name}`));
}

/** What the program is told in addition to its configuration: infra/index.ts. */
function decided(environment: NodeJS.ProcessEnv): string[] {
    const { EMBASSY_ACCEPT_LOSS: acceptLoss, EMBASSY_CROSS_STACK_SECRETS: crossStackSecrets } = {
        ...process.env,
        ...environment,
    };
    return [
        ...(acceptLoss === "true" ? ["the acceptance of a loss"] : []),
        ...(crossStackSecrets !== undefined && existsSync(crossStackSecrets)
            ? [`the cross-stack secrets of digest ${digestOf(readFileSync(crossStackSecrets, "utf8"))}`]
            : []),
    ];
}
