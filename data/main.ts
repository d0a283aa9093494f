/** `npm run data -- load|count|digest|ask|references|write|lost|lag` */
import { CommanderError } from "commander";
import { runCommand } from "../toolchain/command";
import { program } from "./commands";

/** @returns the exit code: 1 also where `lost`, `lag` or `references` finds something wrong */
export async function main(argv: readonly string[]): Promise<number> {
    let code = 0;
    try {
        await program((worse) => {
            code = worse;
        }).parseAsync([...argv], { from: "user" });
        return code;
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode;
        }
        throw error;
    }
}

runCommand(() => main(process.argv.slice(2)));
