/** How a site's stored versions are, as its API server tells: what ended when, and what failed. */
import { LABEL } from "../infra/plan/names";
import { type ScheduledJob, type StoredState, type StoringJob, storedStates } from "../infra/plan/overdue";
import { LabError } from "./errors";
import type { SitePaths } from "./paths";
import { PROBE_MS, get } from "./probe";

/** @throws LabError where the API server refuses, and a system error where it does not answer in time */
export async function storedIn(paths: SitePaths, port: number, now = Date.now()): Promise<StoredState[]> {
    const list = async <T extends ScheduledJob | StoringJob>(kind: string): Promise<T[]> => {
        const path = `/apis/batch/v1/${kind}?labelSelector=${encodeURIComponent(LABEL.registry)}`;
        const { status, body } = await get(paths, { port, path, authority: "ca", as: "admin" }, PROBE_MS);
        if (status !== 200) {
            throw new LabError(`The API server of ${paths.site} answered ${status} to GET ${path}.`);
        }
        return (JSON.parse(body) as { items: T[] }).items;
    };
    const [schedules, jobs] = await Promise.all([list<ScheduledJob>("cronjobs"), list<StoringJob>("jobs")]);
    const storing = ({ metadata }: ScheduledJob | StoringJob): boolean => metadata.name.startsWith("store-");
    return storedStates(schedules.filter(storing), jobs.filter(storing), now);
}
