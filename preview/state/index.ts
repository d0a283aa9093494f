/** Reports what the working tree would do to a state, from one preview by the engine, with the policy pack. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../infra/site/config";
import { type Outside, outsideOf } from "../../infra/site/outside";
import { planNetwork } from "../../infra/networking/addresses";
import type { Toolchain } from "../../toolchain/cli/environment";
import { passphraseFile } from "../../toolchain/cli/passphrase";
import { engineVersion, readyToolchain } from "../../toolchain/cli/ready";
import { knownStacks, stackFolder } from "../../toolchain/cli/stack-file";
import { addUnknown, withThrowaway } from "../../toolchain/cli/throwaway";
import { UserError } from "../../command-line/command";
import { repoRoot } from "../../command-line/paths";
import { compareStack } from "../compare-stack";
import { fileOf } from "../preview";
import { type Report, type StackReport, VERSION } from "../report";
import { titleOf } from "../show/title";
import { NO_FILE, type StackFile } from "../stack-file";
import { engineEvents } from "./engine";
import type { EngineEvent } from "./events";
import { type Exported, readExport } from "./export";
import { policiesTold, problemsTold, unjudged, warnings } from "./findings";
import { factsFrom, recordable, recordedSettings } from "./settings";
import { sidesOf } from "./sides";
import { checkDeclared, existingStacks } from "./stacks";

const UNRECORDED =
    "which keys of the stack file have changed since the last update, and what became of the Tier IV margin: " +
    "the state was written by a program that did not record its settings";

export interface StateRequest {
    /** File of an export; without one, the back end's state is used. */
    readonly file: string | undefined;
    /** Stacks; without any, the export's stack, or all that have a state. */
    readonly only: readonly string[];
}

/** @throws UserError where there is no such stack, or its state cannot be read */
export async function previewState({ file, only }: StateRequest): Promise<Report> {
    const toolchain = await readyToolchain();
    const stacks =
        file === undefined
            ? await fromBackEnd(existingStacks(only), toolchain)
            : [await fromExport(readExport(file, single(only), engineVersion(toolchain)), toolchain)];
    return {
        version: VERSION,
        title: titleOf(stacks.map(({ report }) => report)),
        against: { what: "state", ...(file !== undefined && { file }) },
        stacks: stacks.map(({ report }) => report),
        leftOut: stacks.every(({ isRecorded }) => isRecorded) ? [] : [UNRECORDED],
    };
}

interface Told {
    readonly report: StackReport;
    /** Whether the state has its settings, or there is no state that could have them. */
    readonly isRecorded: boolean;
}

async function fromBackEnd(stacks: readonly string[], toolchain: Toolchain): Promise<Told[]> {
    const reports: Told[] = [];
    for (const stack of stacks) {
        // Only the folder is used here: the back end is the real one, which a preview only reads.
        const events = await withThrowaway(({ folder }) => run(stack, { toolchain, folder, environment: {} }));
        reports.push(stackReport(stack, events, []));
    }
    return reports;
}

async function fromExport({ stack, written, isEncrypted, checkpoints }: Exported, toolchain: Toolchain): Promise<Told> {
    checkDeclared([stack]);
    if (isEncrypted) {
        checkPassphrase(stack);
    }
    const events = await withThrowaway((throwaway) => {
        const { folder, environment, stateFile } = throwaway;
        checkpoints.forEach((checkpoint, each) => writeFileSync(stateFile(each), JSON.stringify(checkpoint)));
        addUnknown(
            throwaway,
            knownStacks().filter((each) => !checkpoints.has(each)),
        );
        return run(stack, { toolchain, folder, environment });
    });
    const others = [...checkpoints.keys()].filter((each) => each !== stack);
    return stackReport(stack, events, [
        ...(written === undefined ? [] : [`The state is of ${written}.`]),
        ...(others.length === 0 ? [] : [`What ${others.join(", ")} hands over is as this state has last read it.`]),
    ]);
}

function run(stack: string, how: Parameters<typeof engineEvents>[2]): Promise<EngineEvent[]> {
    return engineEvents(stack, ["preview", "--policy-pack", join(repoRoot, "policy")], how);
}

export function stackReport(stack: string, events: readonly EngineEvent[], notes: readonly string[]): Told {
    const file = fileOf(stackFolder(stack), stack);
    const { before, after, pairs } = sidesOf(events);
    const problems = problemsTold(stack, events, file);
    const settings = recordedSettings(events);
    const isNew = pairs.length > 0 && pairs.every((pair) => pair.before === undefined);
    const side = { outside: outside(stack, file), file };
    const [old, next] =
        settings === undefined
            ? [side, side]
            : [
                  {
                      outside: outside(stack, { config: settings }),
                      file: { ...NO_FILE, config: settings },
                      facts: factsFrom(stack, settings),
                  },
                  { ...side, file: { ...file, config: recordable(file) }, facts: factsFrom(stack, file.config) },
              ];
    const compared = compareStack(
        stack,
        "compared",
        { ...old, resources: before },
        { ...next, resources: after },
        pairs,
    );
    const report = {
        ...compared,
        problems,
        policies: policiesTold(events, before),
        notes: [
            ...(isNew ? ["There is no state, or an empty one: everything is new."] : []),
            ...notes,
            ...unjudged(events),
            ...warnings(events),
        ],
    };
    return { report, isRecorded: isNew || settings !== undefined };
}

/** Names of what is outside; where the program refuses the file there are none, and ranges are shown instead. */
function outside(stack: string, { config }: Pick<StackFile, "config">): Outside {
    try {
        const parsed = parseConfig(stack, config);
        return outsideOf(planNetwork(parsed), parsed.edge, parsed.monitoring);
    } catch {
        return {};
    }
}

function single(only: readonly string[]): string | undefined {
    if (only.length > 1) {
        throw new UserError(
            `An export is the state of one stack, and --stack names ${only.length}: ${only.join(", ")}.`,
        );
    }
    return only[0];
}

/** A passphrase that is made now would not open the state. */
function checkPassphrase(stack: string): void {
    const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
    if (given === undefined && !existsSync(file ?? passphraseFile)) {
        throw new UserError(
            `The state of ${stack} is encrypted, and the passphrase that opens it is not there: set PULUMI_CONFIG_PASSPHRASE, ` +
                `or PULUMI_CONFIG_PASSPHRASE_FILE to a file with it${file === undefined ? "" : ` (${file} is not there)`}.`,
        );
    }
}
