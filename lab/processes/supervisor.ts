/** Starts, watches and stops the processes of a site. They outlive the command that started them. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { LabError } from "../errors";
import { PRIVATE_FILE, ensureFile, makeDirectory, readIfThere, readJson } from "../../command-line/files";
import { Supervised } from "../part";
import { SitePaths } from "../paths";
import { together } from "../../command-line/together";
import { Process, identityOf, isAlive, runningCommands, signal } from "./identity";
import { joinShare } from "./groups";

const START_MS = 60_000;
/**
 * A running part gets this long to answer before it is started again. An API server whose etcd was away reconnects after a delay that grows with
 * the absence (gRPC's backoff, up to two minutes); a new one needs some seconds.
 */
const RECOVER_MS = 10_000;
const STOP_MS = 15_000;
const POLL_MS = 50;
const LOG_LIMIT = 10 * 1024 * 1024;

/** What the lab remembers of a part in `run/<part>.json`. */
export interface PartRecord extends Process {
    /** Hash of binary, arguments, environment and the files read at start. */
    readonly fingerprint: string;
    /** ISO 8601 time of the start, or of the failure. */
    readonly since: string;
    /** `lab fail` killed the part. */
    readonly failed?: boolean;
}

export type Ready = () => Promise<boolean>;
export type Outcome = "unchanged" | "started" | "restarted";

export class Supervisor {
    constructor(
        private readonly paths: SitePaths,
        private readonly binDirectory: string,
    ) {}

    async record(name: string): Promise<PartRecord | undefined> {
        const json = await readJson(this.paths.record(name));
        return typeof json === "object" && json !== null && "pid" in json ? (json as PartRecord) : undefined;
    }

    /** The part's process, if it is alive. */
    async live(name: string): Promise<PartRecord | undefined> {
        const record = await this.record(name);
        return record && (await isAlive(record)) ? record : undefined;
    }

    /**
     * Makes `part` run as declared; a process that does already is left alone.
     *
     * @param ready whether it answers
     * @throws LabError if it does not get ready
     */
    async ensure(part: Supervised, ready: Ready, onStart: () => void): Promise<Outcome> {
        const fingerprint = await this.fingerprint(part);
        const live = await this.live(part.name);
        if (live?.fingerprint === fingerprint && (await waitReady(live, ready, RECOVER_MS))) {
            return "unchanged";
        }
        onStart();
        await this.stop(part.name, part.deaf);
        const started = await this.start(part, fingerprint);
        if (!(await waitReady(started, ready, START_MS))) {
            throw new LabError(await this.failure(part, started));
        }
        return live ? "restarted" : "started";
    }

    /** Ends the part's process and forgets it. `atOnce` kills it without asking, like a power cut. */
    async stop(name: string, atOnce = false): Promise<void> {
        await together((await this.processes(name)).map((running) => terminate(running, atOnce)));
        await fs.rm(this.paths.record(name), { force: true });
    }

    /** Kills the part's process like a crash, and remembers that this was intended. */
    async fail(name: string): Promise<void> {
        const processes = await this.processes(name);
        await together(processes.map((running) => signal(running, "SIGKILL")));
        await together(processes.map((running) => waitGone(running, STOP_MS)));
        const record: PartRecord = {
            pid: 0,
            identity: "",
            fingerprint: "",
            since: new Date().toISOString(),
            failed: true,
        };
        await ensureFile(this.paths.record(name), JSON.stringify(record));
    }

    /**
     * The part's processes, even one that no record names: a command that is killed between starting a process and recording it leaves such a
     * process. It is recognized by its program and by the site's folder among its arguments, or by the path of its record.
     */
    async processes(name: string): Promise<Process[]> {
        const ofThisSite = (argument: string): boolean => argument.includes(`${this.paths.directory}${path.sep}`);
        const record = this.paths.record(name);
        const found = (await runningCommands()).filter(
            ({ argv: [program = "", ...args] }) =>
                args.includes(record) || (path.basename(program) === name && args.some(ofThisSite)),
        );
        const processes = await Promise.all(
            found.map(async ({ pid }) => ({ pid, identity: (await identityOf(pid)) ?? "" })),
        );
        return processes.filter(({ identity }) => identity !== "");
    }

    private binary({ name, program }: Supervised): string {
        return program ?? path.join(this.binDirectory, name);
    }

    private async fingerprint(part: Supervised): Promise<string> {
        const { mtimeMs, size } = await fs.stat(this.binary(part));
        const files = await Promise.all(part.reads.map(readIfThere));
        const facts = [this.binary(part), mtimeMs, size, part.args, part.env, files];
        return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
    }

    private async start(part: Supervised, fingerprint: string): Promise<PartRecord> {
        await Promise.all([this.paths.logs, this.paths.run].map(makeDirectory));
        await this.rotateLog(part.name);
        const log = openSync(this.paths.log(part.name), "a", PRIVATE_FILE);
        try {
            // `detached` makes it the leader of a session of its own: Ctrl-C and a closed terminal do not reach it.
            const child = spawn(this.binary(part), part.args, {
                detached: true,
                stdio: ["ignore", log, log],
                cwd: this.paths.directory,
                // The part gets nothing of the user's environment: no proxy between parts on one machine, and no credentials.
                env: { HOME: this.paths.directory, ...part.env },
            });
            await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
            child.unref();
            const pid = child.pid ?? 0;
            if (!part.grouped) {
                await joinShare(this.paths, pid);
            }
            const identity = (await identityOf(pid)) ?? "";
            const record = { pid, identity, fingerprint, since: new Date().toISOString() };
            await ensureFile(this.paths.record(part.name), JSON.stringify(record));
            return record;
        } finally {
            closeSync(log);
        }
    }

    private async rotateLog(name: string): Promise<void> {
        const file = this.paths.log(name);
        const size = await fs.stat(file).then(
            (stat) => stat.size,
            () => 0,
        );
        if (size > LOG_LIMIT) {
            await fs.rename(file, `${file}.1`);
        }
    }

    private async failure(part: Supervised, running: Process): Promise<string> {
        const what = (await isAlive(running)) ? `is not ready after ${START_MS / 1000} s` : "ended at once";
        const log = this.paths.log(part.name);
        const tail = ((await readIfThere(log)) ?? "").trimEnd().split("\n").slice(-4);
        return [
            `${this.paths.site}/${part.name} ${what}. The end of ${log}:`,
            ...tail.map((line) => `    ${line}`),
        ].join("\n");
    }
}

async function waitReady(running: Process, ready: Ready, patience: number): Promise<boolean> {
    const deadline = Date.now() + patience;
    do {
        if (await ready()) {
            // This comes last: another process on the port must not count as this one.
            return isAlive(running);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    } while ((await isAlive(running)) && Date.now() < deadline);
    return false;
}

async function waitGone(running: Process, patience: number): Promise<boolean> {
    const deadline = Date.now() + patience;
    while (await isAlive(running)) {
        if (Date.now() > deadline) {
            return false;
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return true;
}

async function terminate(running: Process, atOnce: boolean): Promise<void> {
    await signal(running, atOnce ? "SIGKILL" : "SIGTERM");
    if (!(await waitGone(running, STOP_MS))) {
        await signal(running, "SIGKILL");
        await waitGone(running, STOP_MS);
    }
}
