/** Shows what happens in several sites at once: live on a terminal, one line for each event elsewhere. */
import { LabError, explain } from "./errors";

type Work<T> = (site: string, onProgress: (site: string, message: string) => void) => Promise<T>;

/**
 * Does `work` for all sites at once and waits for every one.
 *
 * Progress goes to stderr, so that stdout holds the result alone. @throws LabError with what went wrong in each site.
 */
export async function eachSite<T>(sites: readonly string[], title: string, work: Work<T>): Promise<T[]> {
    const results = process.stderr.isTTY ? await live(sites, title, work) : await plain(sites, work);
    const failures = results.filter((result) => result.status === "rejected");
    if (failures.length > 0) {
        throw new LabError(failures.map(({ reason }) => explain(reason)).join("\n"));
    }
    return results.filter((result) => result.status === "fulfilled").map(({ value }) => value);
}

async function plain<T>(sites: readonly string[], work: Work<T>): Promise<PromiseSettledResult<T>[]> {
    const log = (site: string, message: string): void => void process.stderr.write(`${site}: ${message}\n`);
    return Promise.allSettled(sites.map((site) => work(site, log)));
}

async function live<T>(sites: readonly string[], title: string, work: Work<T>): Promise<PromiseSettledResult<T>[]> {
    // listr2 loads slowly, and a script does not need it.
    const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
    const processOutput = new ProcessOutput(process.stderr, process.stderr);
    const logger = new ListrLogger({ useIcons: false, processOutput });
    const runs = new Map<string, Promise<T>>();
    const list = new Listr(
        sites.map((site) => ({
            title: `${title} ${site}`,
            task: async (_context, task) => {
                const run = work(site, (_site, message) => {
                    task.output = message;
                });
                runs.set(site, run);
                await run;
            },
        })),
        { concurrent: true, exitOnError: false, rendererOptions: { logger } },
    );
    await list.run();
    return Promise.allSettled(
        sites.map((site) => runs.get(site) ?? Promise.reject(new LabError(`${site} was not tried`))),
    );
}
