/** `npm run pulumi -- …`: runs the Pulumi CLI, and passes every argument on. */
import { readyToolchain } from "./cli/ready";
import { corruptStates } from "./cli/check-states";
import { runPulumi } from "./cli/run";
import { runCommand } from "../command-line/command";

async function main(args: readonly string[]): Promise<number> {
    const toolchain = await readyToolchain();
    const { code } = await runPulumi(args, { toolchain });
    if (code !== 0) {
        for (const file of corruptStates()) {
            process.stderr.write(
                `The state file ${file} is not valid JSON. The state before it is in ${file}.bak: ` +
                    `look at both, then copy the good one over it.\n`,
            );
        }
    }
    return code;
}

runCommand(() => main(process.argv.slice(2)));
