/** `npm run pulumi -- …`: the Pulumi CLI, every argument passed through. */
import { corruptStates, runPulumi } from "./cli/run";
import { UserError } from "./cli/user-error";

async function main(args: readonly string[]): Promise<number> {
    const { code } = await runPulumi(args, { toolchain: "modules" });
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

main(process.argv.slice(2)).then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        process.stderr.write(`${error instanceof UserError ? error.message : String((error as Error).stack)}\n`);
        process.exitCode = 1;
    },
);
