/** When scheduled work is done, and for how long it may be overdue. Pure. */
import { Cron } from "croner";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Intervals are looked for over this many years from a fixed day on; four years have every date of the calendar. */
const YEARS = 9;
const FROM = new Date("2024-01-01T00:00:00Z");
const TO = new Date(Date.UTC(FROM.getUTCFullYear() + YEARS, 0, 1));

const MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
const DAYS = "sun|mon|tue|wed|thu|fri|sat";
/** The syntax that Kubernetes and the library read alike; to Kubernetes, 7 is no day of the week. */
const FORM = new RegExp(
    "^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|" +
        `[\\d*,/-]+( [\\d*,/-]+){2} ([\\d*,/-]|${MONTHS})+ ([0-6*,/-]|${DAYS})+)$`,
    "i",
);

/**
 * Why Kubernetes would not take a schedule, or never act on it, in words that follow "must"; undefined where it would.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function scheduleProblem(schedule: string): string | undefined {
    const such = 'such as "0 1 * * 0" or "0 1 * * SUN"';
    if (!FORM.test(schedule)) {
        return `must be a schedule of five fields in quotes, ${such}: minute, hour, day of month, month, day of week from 0 to 6`;
    }
    try {
        return parse(schedule).nextRun(FROM) === null ? `must be a schedule that comes about, ${such}` : undefined;
    } catch (error) {
        const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
        return `must be a schedule of five fields, ${such}: ${why}`;
    }
}

/** The most hours between two runs. @param schedule without a {@link scheduleProblem} */
export function longestHours(schedule: string): number {
    const cron = parse(schedule);
    const to = lookedAt(schedule, 15 * DAY_MS);
    let [longest, before] = [0, cron.nextRun(FROM)];
    while (before !== null && before < to) {
        const next = cron.nextRun(before);
        longest = Math.max(longest, next === null ? 0 : next.getTime() - before.getTime());
        before = next;
    }
    return longest / HOUR_MS;
}

/** The most runs within this many days. @param schedule without a {@link scheduleProblem} */
export function mostRuns(schedule: string, days: number): number {
    const cron = parse(schedule);
    const window = days * DAY_MS;
    const to = lookedAt(schedule, window + 7 * DAY_MS);
    // The runs within one window, which moves on from run to run.
    const inside: number[] = [];
    let most = 0;
    for (let run = cron.nextRun(FROM); run !== null && run < to; run = cron.nextRun(run)) {
        inside.push(run.getTime());
        while ((inside[0] ?? 0) < run.getTime() - window) {
            inside.shift();
        }
        most = Math.max(most, inside.length);
    }
    return most;
}

/** The time by which every interval has come. @param least milliseconds */
function lookedAt(schedule: string, least: number): Date {
    // A week has every interval of a schedule that is the same each day.
    const [, , day = "", month = ""] = schedule.split(" ");
    return day === "*" && month === "*" ? new Date(FROM.getTime() + least) : TO;
}

export function longestDays(schedule: string): number {
    return Math.ceil(longestHours(schedule) / 24);
}

/** Hours that a run may take, or be made up for where it was missed. Until then nothing is too old. */
export const SLACK_HOURS = 12;

/** Whether what was last done at `last` should have been done again. @param last and `now` in milliseconds since 1970 */
export function isTooOld(schedule: string, last: number, now: number): boolean {
    const due = parse(schedule).nextRun(new Date(last));
    return due !== null && due.getTime() + SLACK_HOURS * HOUR_MS < now;
}

function parse(schedule: string): Cron {
    return new Cron(schedule, { utcOffset: 0, mode: "5-part" });
}
