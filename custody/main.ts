/** `npm run keys -- ceremony|rehearse|recover`; its exit code is 1 also where a rehearsal finds something wrong */
import { runCommand } from "../command-line/command";
import { runProgram } from "../command-line/program";
import { program } from "./commands";

runCommand(() => runProgram(program, process.argv.slice(2)));
