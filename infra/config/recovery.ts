import { z } from "zod";

/** Five fields, as CronJobs take them: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax */
const schedule = z
    .string()
    .regex(/^[\d*,/-]+( [\d*,/-]+){4}$/, 'must be a schedule of five fields in quotes, such as "0 1 * * 0"');

/** What can be brought back of a registry, and from how far back. */
export const recovery = z
    .strictObject({
        /** Every instant of so many days can be restored. */
        windowDays: z.int().min(1),
        /** Days for which full backups, and all that a restore from them needs, are kept. */
        retentionDays: z.int().min(1),
        /** Times are UTC. A full backup holds everything, a differential one what has changed since the full one. */
        full: schedule,
        differential: schedule,
        /** When everything that is stored is read again, byte for byte. */
        verification: schedule,
        /** Seconds after which a started WAL segment is stored: what a site loses whose machines and peers are all gone. */
        archiveTimeout: z.int().min(1).max(3600),
    })
    .superRefine(({ windowDays, retentionDays }, context) => {
        if (retentionDays < windowDays) {
            context.addIssue({
                code: "custom",
                path: ["retentionDays"],
                message: `must be ${windowDays} or more: any instant of the last ${windowDays} days is to be restorable (windowDays)`,
            });
        }
    });
