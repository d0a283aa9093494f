/** The engine's own plan goes through this file on its way to our plan, and back. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embassyHome } from "../../../command-line/paths";
import { isAlive } from "../alive";

/** The file exists while `work` runs, and nobody else can read it. What a killed run left is removed. */
export async function withEngineFile<T>(work: (file: string) => Promise<T>, home = embassyHome): Promise<T> {
    for (const name of readdirSync(home)) {
        const [, pid] = /^plan-(\d+)\.json$/.exec(name) ?? [];
        if (pid !== undefined && !isAlive(Number(pid))) {
            rmSync(join(home, name), { force: true });
        }
    }
    const file = join(home, `plan-${process.pid}.json`);
    writeFileSync(file, "", { mode: 0o600 });
    try {
        return await work(file);
    } finally {
        rmSync(file, { force: true });
    }
}
