/** `npm run data -- …`: the commands and their options. */
import { join } from "node:path";
import { Command } from "commander";
import { embassyHome } from "../command-line/paths";
import { duration } from "../command-line/typed";
import { ask } from "./ask";
import { databaseOf } from "./connect";
import { count } from "./count";
import type { Database } from "./database";
import { digest } from "./digest";
import { readJournal } from "./journal";
import { siteLag } from "./lag";
import { type LoadResult, load } from "./load";
import { isWhole, lost } from "./lost";
import { parseDay, parseOf, parsePeople, parseRate, parseSeed } from "./options";
import { showProgress } from "../command-line/progress";
import { agree, checkReferences } from "./references";
import { DEFAULT_REGISTRY, REGISTRIES, type Registry, parseRegistry } from "./registries";
import { answerReport, lagReport, loadReport, lostReport, referencesReport, tableReport, writeReport } from "./report";
import { type Common, type ManyFlags, runningIn, target, targets } from "./targets";
import { write } from "./write";

interface LoadFlags extends ManyFlags {
    readonly people?: string;
    readonly national?: boolean;
    readonly seed: string;
    readonly replace?: boolean;
}

interface WriteFlags extends Common {
    readonly rate: string;
    readonly for: string;
    readonly journal?: string;
}

interface AskFlags extends Common {
    readonly of?: string;
    readonly at?: string;
}

interface LagFlags extends Common {
    readonly site: string;
    readonly for: string;
}

interface LostFlags extends Common {
    readonly journal: string;
}

function print(json: boolean | undefined, value: unknown, report: () => string): void {
    process.stdout.write(`${json ? JSON.stringify(value, null, 4) : report()}\n`);
}

async function runLoad(flags: LoadFlags): Promise<void> {
    const options = {
        people: parsePeople(flags.people, flags.national ?? false),
        seed: parseSeed(flags.seed),
        replace: flags.replace ?? false,
        progress: showProgress(),
    };
    const results: LoadResult[] = [];
    for (const { registry, database } of targets(flags)) {
        const result = await load(database, registry, options);
        results.push(result);
        if (!flags.json) {
            print(false, result, () => loadReport(result));
        }
    }
    if (flags.json) {
        print(true, flags.all ? results : results[0], () => "");
    }
}

/** Reads each registry, which is in a database of its own. */
async function runRead<T extends string | number>(
    head: string,
    read: (database: Database, registry: Registry) => Promise<Record<string, T>>,
    flags: ManyFlags,
): Promise<void> {
    const values: Partial<Record<Registry, Record<string, T>>> = {};
    for (const { registry, database } of targets(flags)) {
        values[registry] = await read(database, registry);
    }
    print(flags.json, values, () => tableReport(head, values));
}

async function runWrite(flags: WriteFlags): Promise<void> {
    const { registry, database } = target(flags);
    const stop = new AbortController();
    const options = {
        rate: parseRate(flags.rate),
        seconds: duration("--for", flags.for),
        journal:
            flags.journal ?? join(embassyHome, "data", `write-${new Date().toISOString().replaceAll(":", "")}.jsonl`),
        signal: stop.signal,
        progress: showProgress(),
    };
    const end = (): void => stop.abort();
    process.once("SIGINT", end).once("SIGTERM", end);
    const result = await write(database, registry, options);
    process.off("SIGINT", end).off("SIGTERM", end);
    print(flags.json, result, () => writeReport(result));
}

/** @param fail told the exit code of a command that did its work and found something wrong */
export function program(fail: (code: number) => void): Command {
    const command = new Command("npm run data --")
        .description(
            "Writes and reads records in the registries. Without --site PGHOST, PGUSER … name the database, as for psql.",
        )
        .exitOverride();
    const sub = (name: string, description: string): Command =>
        command
            .command(name)
            .description(description)
            .option("--site <site>", "the registry's database in this site")
            .option("--json", "print the result as JSON");
    const registry = ["--registry <name>", `one of ${REGISTRIES.join(", ")} (default: ${DEFAULT_REGISTRY})`] as const;
    const all = ["--all", "every registry"] as const;
    sub("load", "fill a registry with made-up records, all or nothing")
        .option(...registry)
        .option(...all)
        .option("--people <n>", "how many persons (default: 20000)")
        .option("--national", "as many as the nation has: 1300000")
        .option("--seed <n>", "seed of the generator: another seed makes other people", "1")
        .option("--replace", "delete other data that is there")
        .action(runLoad);
    sub("count", "rows of each table")
        .option(...registry)
        .option(...all)
        .action((flags: ManyFlags) => runRead("rows", count, flags));
    sub("digest", "one digest for each table, the same wherever the same rows are")
        .option(...registry)
        .option(...all)
        .action((flags: ManyFlags) => runRead("digest", digest, flags));
    sub("ask", "ask a registry what an application would ask it")
        .option(...registry)
        .option("--of <code>", "code of the person or thing to ask about (default: one that has an answer)")
        .option("--at <date>", "the day to ask about, such as 2025-06-30 (default: the day of the data)")
        .action(async (flags: AskFlags) => {
            const options = { of: parseOf(flags.of), at: parseDay(flags.at) };
            const { registry, database } = target(flags);
            const answer = await ask(database, registry, options);
            print(flags.json, answer, () => answerReport(answer));
        });
    sub(
        "references",
        "whether all codes by which registries name one another are there; exit 1 if any is not, or none is named",
    ).action(async (flags: Common) => {
        const result = await checkReferences(runningIn(flags.site), (name) => databaseOf(name, flags.site));
        print(flags.json, result, () => referencesReport(result));
        fail(agree(result) ? 0 : 1);
    });
    sub("write", "keep committing, and keep a journal of what was acknowledged")
        .option(...registry)
        .option("--rate <r>", "commits a second", "10")
        .option("--for <time>", "how long, such as 30s, 5m or 2h", "30s")
        .option("--journal <file>", "a new file for the journal (default: in .embassy/data)")
        .action(runWrite);
    sub("lost", "count the acknowledged commits of a journal that are gone; exit 1 if any is, or none was acknowledged")
        .requiredOption("--journal <file>", "what data write has made")
        .action(async (flags: LostFlags) => {
            const { registry } = readJournal(flags.journal).header;
            const result = await lost(target({ ...flags, registry }).database, flags.journal);
            print(flags.json, result, () => lostReport(result));
            fail(isWhole(result) ? 0 : 1);
        });
    command
        .command("lag")
        .description("how far a standby site is behind; exit 1 if it does not catch up")
        .requiredOption("--site <site>", "the standby")
        .option(...registry)
        .option("--for <time>", "how long to wait for it", "30s")
        .option("--json", "print the result as JSON")
        .action(async (flags: LagFlags) => {
            const known = parseRegistry(flags.registry ?? DEFAULT_REGISTRY);
            const result = await siteLag(known, flags.site, duration("--for", flags.for));
            print(flags.json, result, () => lagReport(flags.site, known, result));
            fail(result.caughtUp ? 0 : 1);
        });
    return command;
}
