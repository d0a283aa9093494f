import { z } from "zod";
import { longestDays, longestHours, scheduleProblem } from "./schedules";

/** As CronJobs take them: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax */
const schedule = z.string().superRefine((text, context) => {
    const message = scheduleProblem(text);
    if (message !== undefined) {
        context.addIssue({ code: "custom", message });
    }
});

/** What can be brought back of a registry, and from how far back. */
export const recovery = z
    .strictObject({
        /** Every instant of this many days can be restored. */
        windowDays: z.int().min(1),
        /** Days for which full backups, and all that a restore from them needs, are kept. */
        retentionDays: z.int().min(1),
        /** Times are UTC. A full backup holds everything, a differential one what has changed since the full one. */
        full: schedule,
        differential: schedule,
        /** When everything that is stored is read again, byte for byte. */
        verification: schedule,
        /** Seconds after which a started WAL segment is stored: a site whose machines and peers are all gone loses this much. */
        archiveTimeout: z.int().min(1).max(3600),
    })
    .superRefine((value, context) => {
        const { windowDays, retentionDays, full, differential, verification } = value;
        const problem = (key: keyof typeof value, message: string): void =>
            context.addIssue({ code: "custom", path: [key], message });
        // The newest full backup that is older is kept as well, so that the first day can be restored too.
        if (retentionDays < windowDays) {
            problem(
                "retentionDays",
                `must be ${windowDays} or more: any instant of the last ${windowDays} days must be restorable (windowDays)`,
            );
        }
        if (!canFire(full) || !canFire(differential) || !canFire(verification)) {
            return;
        }
        if (longestHours(differential) >= longestHours(full)) {
            problem(
                "differential",
                `must come more often than each ${longestHours(full)} hours, as a full one does (full: "${full}"), or it is of no use`,
            );
        }
        if (longestDays(verification) > windowDays) {
            problem(
                "verification",
                `must come each ${windowDays} days or more often, and comes each ${longestDays(verification)}: damage must be found ` +
                    "while what is damaged can be stored again (windowDays)",
            );
        }
    });

/** Days that a run may be late, or tried again, without a gap. */
const SLACK_DAYS = 1;

/**
 * Days for which stored backups must not be removed: restoring the first instant of the window takes the full backup before it.
 *
 * @returns undefined where the schedule is wrong
 */
export function neededDays({ windowDays, full }: z.infer<typeof recovery>): number | undefined {
    return canFire(full) ? windowDays + longestDays(full) + SLACK_DAYS : undefined;
}

function canFire(text: string): boolean {
    return scheduleProblem(text) === undefined;
}

/** This section of a stack's configuration. */
export interface RecoverySection {
    readonly recovery: z.infer<typeof recovery>;
}
