/** `preview --save-plan FILE` and `up --plan FILE`: only what was reviewed is applied. See docs/decisions/reviewed-plans.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { UserError } from "../../../command-line/command";
import { parseArguments, withValue } from "../arguments";
import type { Asked } from "./asked";
import { codeDifference, firstDifference } from "./differences";
import { withEngineFile } from "./engine-file";
import { type CliRun, type Now, type RunCli, asItIs } from "./now";
import { objectDifference } from "./objects";
import { type EnginePlan, readPlan, writePlan } from "./plan-file";
import { redaction } from "./redact";
import { inputsOf } from "./state";

/** The CLI's messages about the plan file that it writes; ours is another file. */
const ENGINES_OWN = /Update plan written to |Run `pulumi up --plan=/;

/**
 * @param args the CLI's own
 * @param environment the program's own, over that of this process
 * @throws UserError where a plan cannot be bound, or does not fit what is here
 */
export async function runReviewed(
    asked: Asked,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    cli: RunCli,
): Promise<CliRun> {
    return asked.does === "save" ? save(asked, args, environment, cli) : apply(asked, args, environment, cli);
}

async function save(
    { stack, file }: Asked,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    cli: RunCli,
): Promise<CliRun> {
    // This is read before the engine reads it, so that a change during planning is found when the plan is applied.
    const { bound } = await asItIs(stack, file, args, environment, cli);
    return withEngineFile(async (engineFile) => {
        const result = await cli(withValue(args, "save-plan", engineFile), {
            redact: redaction(ENGINES_OWN),
            redacts: "stderr",
        });
        if (result.code === 0) {
            const plan = JSON.parse(readFileSync(engineFile, "utf8")) as EnginePlan;
            writePlan(file, { bound, plan });
            process.stderr.write(
                `${file} is the plan of ${stack}, for the code of commit ${bound.code.commit} and the state as it is. ` +
                    `Apply it with npm run pulumi -- up --stack ${stack} --plan ${file} --yes\n`,
            );
        }
        return result;
    });
}

async function apply(
    { stack, file }: Asked,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    cli: RunCli,
): Promise<CliRun> {
    const { bound, plan } = readPlan(file);
    const now = await asItIs(stack, file, args, environment, cli);
    const difference = firstDifference(bound, now.bound);
    if (difference !== undefined) {
        throw new UserError(refusal(file, stack, difference));
    }
    const code = codeDifference(bound, now.bound);
    if (code !== undefined) {
        const object = await objectNow(stack, args, plan, now, cli);
        throw new UserError(refusal(file, stack, `${code}\n${object}`));
    }
    return withEngineFile(async (engineFile) => {
        writeFileSync(engineFile, JSON.stringify(plan));
        const redact = redaction();
        const result = await cli(withValue(args, "plan", engineFile), { redact, redacts: "both" });
        if (redact.violated()) {
            process.stderr.write(
                `${refusal(file, stack, "What the program asks for here is not what it asked for there, of the same code and state.", "What had been done before that is in the state.")}\n`,
            );
        }
        return result;
    });
}

function refusal(file: string, stack: string, why: string, end = "Nothing was changed."): string {
    return (
        `The plan ${file} is not applied. ${why}\n` +
        `Review anew: npm run pulumi -- preview --stack ${stack} --save-plan ${file}. ${end}`
    );
}

/** The first object that the present code would make otherwise; the engine is asked as it was for the plan. */
async function objectNow(
    stack: string,
    args: readonly string[],
    reviewed: EnginePlan,
    { bound, exported }: Now,
    cli: RunCli,
): Promise<string> {
    return withEngineFile(async (engineFile) => {
        const configFile = parseArguments(args).options.get("config-file");
        const options = [...bound.options.filter((option) => option.startsWith("--")), "--non-interactive"];
        const own = configFile === undefined ? [] : ["--config-file", configFile];
        const asking = ["preview", "--stack", stack, `--save-plan=${engineFile}`, ...own, ...options];
        const { code } = await cli(asking, { capture: true, redact: redaction(ENGINES_OWN), redacts: "stderr" });
        if (code !== 0) {
            return "A preview of the code as it is now fails.";
        }
        const plan = JSON.parse(readFileSync(engineFile, "utf8")) as EnginePlan;
        const found = objectDifference(reviewed, plan, inputsOf(exported));
        return found === undefined ? "No object would be otherwise for it." : `The first object of it: ${found}`;
    });
}
