/** What a build reports while it runs, and a way to show that in plain lines. */

export type Step = "waiting" | "downloading" | "compiling" | "bundling";

/** One row of a display: the parts that one `go build`, or one bundling, makes. */
export interface Task {
    readonly parts: readonly string[];
    readonly version: string;
}

export interface Progress {
    /** Called once, when something has to be built, with all that will be built and with the number of parts that are there already. */
    begin(tasks: readonly Task[], cached: number): void;
    /** @param detail such as `412 of 1103 packages`; empty where nothing can be counted */
    step(task: Task, step: Step, detail: string): void;
    done(task: Task, seconds: number): void;
    /** Called while another process builds in this clone. */
    waitingFor(pid: number): void;
    /** The last call, whether the build failed or not. */
    end(failed: boolean): void | Promise<void>;
}

export const silent: Progress = {
    begin: () => undefined,
    step: () => undefined,
    done: () => undefined,
    waitingFor: () => undefined,
    end: () => undefined,
};

/** CI systems take a job for hung that prints nothing for some minutes. */
const HEARTBEAT_MS = 30_000;

/** Writes lines for a log: one for each event, and one every half minute in between. */
export function plainProgress(write: (line: string) => void, heartbeatMs = HEARTBEAT_MS): Progress {
    const started = Date.now();
    const running = new Map<Task, { step: Step; detail: string }>();
    let all = 0;
    let finished = 0;
    const say = (text: string): void => write(`toolchain: ${text}`);
    const heartbeat = setInterval(() => {
        for (const [task, { step, detail }] of running) {
            if (step !== "waiting") {
                say(`${label(task)} ${step}${detail && `, ${detail}`} (${duration((Date.now() - started) / 1000)})`);
            }
        }
    }, heartbeatMs);
    heartbeat.unref();
    return {
        begin(tasks, cached) {
            const parts = tasks.flatMap((task) => task.parts);
            all = parts.length + cached;
            finished = cached;
            say(`building ${parts.join(", ")}${cached > 0 ? ` (${cached} of ${all} parts are there already)` : ""}`);
        },
        step(task, step, detail) {
            if (running.get(task)?.step !== step && step !== "waiting") {
                say(`${label(task)} ${step} …`);
            }
            running.set(task, { step, detail });
        },
        done(task, seconds) {
            running.delete(task);
            finished += task.parts.length;
            say(`${label(task)} built in ${Math.round(seconds)} s (${finished} of ${all})`);
        },
        waitingFor(pid) {
            say(`waiting for process ${pid}, which is building it`);
        },
        end() {
            clearInterval(heartbeat);
        },
    };
}

export function label({ parts, version }: Task): string {
    return `${parts.join(", ")} ${version.replace(/^v/, "")}`;
}

/** `42 s`, `3 min 05 s`. */
export function duration(seconds: number): string {
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
