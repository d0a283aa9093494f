/** The build as a list that updates in place, for a terminal. */
import type { DefaultRenderer, ListrTaskWrapper, SimpleRenderer } from "listr2";
import { type Progress, type Step, type Task, duration, label } from "./progress";

interface Row {
    readonly finished: Promise<void>;
    /** Ends the row, which is checked, or crossed out where there is an error. */
    finish: (error?: Error) => void;
    wrapper?: ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;
    state: { step: Step; detail: string };
    started: number;
}

const REFRESH_MS = 1000;

export async function liveProgress(): Promise<Progress> {
    // listr2 is loaded only when there is something to show.
    const { Listr } = await import("listr2");
    const rows = new Map<Task, Row>();
    let display: Promise<unknown> = Promise.resolve();
    let refresh: NodeJS.Timeout | undefined;

    const show = (task: Task, row: Row): void => {
        const { step, detail } = row.state;
        const elapsed = step === "waiting" ? "" : ` ${duration((Date.now() - row.started) / 1000)}`;
        if (row.wrapper) {
            row.wrapper.title = `${label(task)}: ${step}${detail && ` ${detail}`}${elapsed}`;
        }
    };
    return {
        begin(tasks) {
            for (const task of tasks) {
                rows.set(task, newRow());
            }
            const list = [...rows].map(([task, row]) => ({
                title: label(task),
                task: (_context: unknown, wrapper: NonNullable<Row["wrapper"]>) => {
                    row.wrapper = wrapper;
                    show(task, row);
                    return row.finished;
                },
            }));
            // The caller tells the error once, so no row tells it as well.
            display = new Listr(list, {
                concurrent: true,
                exitOnError: false,
                registerSignalListeners: false,
                rendererOptions: { showErrorMessage: false },
            })
                .run()
                .catch(() => undefined);
            refresh = setInterval(() => {
                for (const [task, row] of rows) {
                    show(task, row);
                }
            }, REFRESH_MS);
        },
        step(task, step, detail) {
            const row = rows.get(task);
            if (row) {
                row.started = row.state.step === "waiting" ? Date.now() : row.started;
                row.state = { step, detail };
                show(task, row);
            }
        },
        done(task, seconds) {
            const row = rows.get(task);
            if (row?.wrapper) {
                row.wrapper.title = `${label(task)}: built in ${duration(seconds)}`;
            }
            row?.finish();
            rows.delete(task);
        },
        waitingFor(pid) {
            process.stderr.write(`waiting for process ${pid}, which is building the toolchain\n`);
        },
        async end(failed) {
            clearInterval(refresh);
            for (const [task, row] of rows) {
                if (row.wrapper) {
                    row.wrapper.title = `${label(task)}: ${failed ? "not built" : "done"}`;
                }
                row.finish(new Error("not built"));
            }
            rows.clear();
            await display;
        },
    };
}

function newRow(): Row {
    let finish: Row["finish"] = () => undefined;
    const finished = new Promise<void>((resolve, reject) => {
        finish = (error) => {
            if (error) {
                reject(error);
            } else {
                resolve();
            }
        };
    });
    // Listr may not listen yet when a build fails at once.
    finished.catch(() => undefined);
    return { finished, finish, state: { step: "waiting", detail: "" }, started: Date.now() };
}
