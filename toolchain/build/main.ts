/** `npm run toolchain -- [--parts a,b] [--json]`: builds what is missing of the toolchain. */
import { Command } from "commander";
import { buildToolchain, linesOnStandardError } from ".";
import { runCommand } from "../../command-line/command";
import { runProgram } from "../../command-line/program";

const command = new Command("toolchain")
    .description("Builds what is missing of the toolchain into .embassy.")
    .option("--parts <names>", "only these, separated by commas", (value: string) =>
        value.split(",").map((part) => part.trim()),
    )
    .option("--json", "print the result as JSON: part, version, built or cached, seconds")
    .action(async ({ parts, json = false }: { parts?: string[]; json?: boolean }) => {
        const stop = new AbortController();
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
            process.once(signal, () => {
                stop.abort();
            });
        }
        const progress = json ? { progress: linesOnStandardError() } : {};
        const result = await buildToolchain({ signal: stop.signal, ...progress, ...(parts && { parts }) });
        const lines = result.map(({ part, version, outcome }) => `${part} ${version.replace(/^v/, "")} ${outcome}`);
        process.stdout.write(`${json ? JSON.stringify(result, null, 2) : lines.join("\n")}\n`);
    });

runCommand(() => runProgram(() => command, process.argv.slice(2)));
