import { z } from "zod";
import { isAuthority } from "../conventions/authority";

/** A site must go on for this long without the one that holds the root: the attack of 2007 lasted two weeks. */
export const DAYS_ALONE = 14;

const days = z.int().min(1);

/** This section is the same in every stack: who holds the root, who has an intermediate under it, and how long each is valid. */
export const keys = z
    .strictObject({
        /** The site that holds the root; its stack of the same name issues the intermediates. */
        root: z.string(),
        rootDays: days,
        intermediateDays: days,
        /** Validity of service certificates. */
        leafDays: days,
        /** A certificate is renewed within this many days before its end: a service's by cert-manager, others by the first `up`. */
        renewBeforeDays: days,
        /** An operator runs `up` on every stack at least this often, which renews what is due. */
        upkeepDays: days,
        /** Registry → generations of its keys, where it has more than the first: docs/decisions/rotation.md. */
        generations: z
            .record(
                z.string(),
                z
                    .array(z.int().min(1))
                    .refine(
                        ([one = 0, next = one + 1, ...more]) => one > 0 && next === one + 1 && more.length === 0,
                        "must be the generation that versions are stored with, such as [2], or that and the one before it: [1, 2]",
                    ),
            )
            .default({}),
        /**
         * Certificate of the authority that signs break-glass certificates, PEM, out of a ceremony (custody/README.md). Without it nobody
         * can break the glass.
         */
        breakGlass: z
            .string()
            .refine(isAuthority, "must be the one certificate in break-glass.crt of a ceremony, PEM")
            .optional(),
    })
    .superRefine((value, context) => {
        const problem = (key: keyof typeof value, message: string): void =>
            context.addIssue({ code: "custom", path: [key], message });
        if (value.intermediateDays > value.rootDays) {
            problem("intermediateDays", `must not outlast the root (rootDays: ${value.rootDays})`);
        }
        if (value.leafDays + value.renewBeforeDays >= value.intermediateDays) {
            problem(
                "intermediateDays",
                `must be more than leafDays and renewBeforeDays together (${value.leafDays + value.renewBeforeDays}): so long before its ` +
                    "end an intermediate is renewed, so that none ends before what it has signed",
            );
        }
        // An `up` of the root's stack makes a new intermediate, and a later `up` of the site takes it.
        const least = DAYS_ALONE + 2 * value.upkeepDays;
        if (value.renewBeforeDays < least) {
            problem(
                "renewBeforeDays",
                `must be ${least} or more: a certificate has to outlast ${DAYS_ALONE} days without ${value.root}, and is renewed after ` +
                    `two runs of up, each of them ${value.upkeepDays} days late at worst (upkeepDays)`,
            );
        }
        if (value.leafDays <= value.renewBeforeDays) {
            const least = `must be more than renewBeforeDays (${value.renewBeforeDays}), within which every up renews`;
            problem("leafDays", `${least}: it has to outlast ${DAYS_ALONE} days without ${value.root}`);
        }
    });

/** This section of a stack's configuration. */
export interface KeysSection {
    readonly keys: z.infer<typeof keys>;
}
