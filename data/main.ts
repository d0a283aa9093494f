/** `npm run data -- load|count|digest|ask|references|write|lost|lag`; exit code 1 also where the last two or `references` find something wrong */
import { runCommand } from "../command-line/command";
import { runProgram } from "../command-line/program";
import { program } from "./commands";

runCommand(() => runProgram(program, process.argv.slice(2)));
