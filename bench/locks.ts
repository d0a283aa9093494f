/**
 * Measures how long a version that is being stored has no lock that was read back: from the request that stores it until the
 * COMPLIANCE lock is read, with clients side by side as the registries' archiving and backups are.
 */
import { randomBytes } from "node:crypto";
import { GetObjectRetentionCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { TestStore } from "../tests/support/object-store";
import type { Figure } from "./figure";
import { percentile } from "./process";

const MIB = 1024 * 1024;
/** A segment of WAL, and what pgBackRest bundles small files to. Of a hundred versions, one is a bundle. */
const SIZES = { segment: MIB, bundle: 20 * MIB } as const;
/** One for each registry. */
const CLIENTS = 7;
const VERSIONS = 150;
/** Seconds, of the promise: docs/decisions/write-once.md. */
const LIMIT = 2;

const BUCKET = "registry-land";
const USERS = {
    backup: { secret: randomBytes(16).toString("hex"), right: "backup", bucket: BUCKET },
    inspector: { secret: randomBytes(16).toString("hex"), right: "inspect" },
} as const;

export async function locks(): Promise<Figure[]> {
    const store = await TestStore.start({ users: USERS, buckets: [BUCKET] });
    try {
        const writing = store.client("backup", USERS.backup.secret);
        const reading = store.client("inspector", USERS.inspector.secret);
        const bodies = [randomBytes(SIZES.segment), randomBytes(SIZES.bundle)] as const;
        /** @returns seconds @throws Error where the version has no lock of this mode */
        const locked = async (key: string, body: Buffer): Promise<number> => {
            const began = performance.now();
            const { VersionId } = await writing.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
            const version = { Bucket: BUCKET, Key: key, VersionId };
            const { Retention } = await reading.send(new GetObjectRetentionCommand(version));
            if (Retention?.Mode !== "COMPLIANCE" || !(Number(Retention.RetainUntilDate) > Date.now())) {
                throw new Error(`${key} was acknowledged and has no lock: ${JSON.stringify(Retention)}`);
            }
            return (performance.now() - began) / 1000;
        };
        const all = await Promise.all(
            Array.from({ length: CLIENTS }, async (_, client) => {
                const seconds: number[] = [];
                for (let version = 0; version < VERSIONS; version++) {
                    const body = (version * CLIENTS + client) % 100 === 0 ? bodies[1] : bodies[0];
                    seconds.push(await locked(`${client}/${version}`, body));
                }
                return seconds;
            }),
        );
        const seconds = all.flat();
        const at = (share: number): string => `${percentile(seconds, share).toFixed(3)} s`;
        return [
            {
                name: "until a version's lock is read back, 99th percentile",
                value: percentile(seconds, 0.99),
                limit: LIMIT,
                unit: "s",
                detail: `${seconds.length} versions by ${CLIENTS} clients; median ${at(0.5)}, 90th ${at(0.9)}, longest ${at(1)}`,
            },
        ];
    } finally {
        await store.remove();
    }
}
