/** Puts the store's promise to the test: what is locked stays, whoever wants it gone. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { AgentError, log, messageOf } from "../agent";
import { isLocked, retentionOf } from "../store/retention";
import { type Version, listVersions } from "../store/versions";
import { ATTACKS, type Attack, type Attacker, Refused } from "./attacks";

export interface SelfTest {
    readonly clients: Readonly<Record<Attacker, S3Client>>;
    /** Where the canary goes: the backup's client writes there. */
    readonly bucket: string;
    readonly objectLockDays: number;
    /** For how long a version may be unlocked. */
    readonly patienceSeconds: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const POLL_MS = 250;

/**
 * Writes a canary, waits until it is locked, and lets each attacker try everything on it.
 *
 * @returns the breaches, a sentence each: none where the store keeps its promise
 * @throws AgentError where the store does not answer, so that nothing can be said
 */
export async function selfTest(test: SelfTest): Promise<string[]> {
    const content = randomBytes(64);
    const canary = await soon(test, () => write(test, content));
    if (canary === undefined) {
        return [`Bucket ${test.bucket} keeps no versions: the store gave none to what was written.`];
    }
    const until = canary.writtenAt + test.objectLockDays * DAY_MS;
    if (!(await isLockedInTime(test, canary, until))) {
        return [`A version in ${test.bucket} was not locked within ${test.patienceSeconds} seconds.`];
    }
    const breaches: string[] = [];
    for (const attacker of ["backup", "administrator"] as const) {
        for (const attack of ATTACKS) {
            const succeeded = await attempt(test.clients[attacker], attack, canary);
            const harm = await harmTo(test.clients.administrator, canary, until, content);
            log("tried", { attacker, attack: attack.what, succeeded, ...(harm !== undefined && { harm }) });
            if (harm !== undefined) {
                // There is nothing left to try the rest on.
                return [...breaches, `The ${attacker} ${attack.what}, and the locked version ${harm}.`];
            }
            if (succeeded && !attack.allowed?.includes(attacker)) {
                breaches.push(`The ${attacker} ${attack.what}: the store must refuse that.`);
            }
        }
    }
    return breaches;
}

/**
 * Looks for versions that should have been locked by now.
 *
 * @returns the breaches, a sentence for each bucket that has some
 * @throws AgentError where no buckets are declared: nothing would be looked at
 */
export async function findUnlocked(test: SelfTest, buckets: readonly string[]): Promise<string[]> {
    if (buckets.length === 0) {
        throw new AgentError(
            "No buckets are declared, so that no version was looked at: run pulumi up, which declares them.",
        );
    }
    const { administrator } = test.clients;
    const breaches: string[] = [];
    for (const bucket of buckets) {
        const unlocked: Version[] = [];
        for await (const version of listVersions(administrator, bucket)) {
            const until = version.writtenAt + test.objectLockDays * DAY_MS;
            const isDue = version.writtenAt < Date.now() - test.patienceSeconds * 1000 && until > Date.now();
            if (isDue && !isLocked(await retentionOf(administrator, version), until)) {
                unlocked.push(version);
            }
        }
        const [first] = unlocked;
        if (first !== undefined) {
            breaches.push(
                `Bucket ${bucket} has ${unlocked.length} unlocked versions, among them ${first.key} (${first.versionId}).`,
            );
        }
    }
    return breaches;
}

async function write({ clients, bucket }: SelfTest, content: Buffer): Promise<Version | undefined> {
    const key = `canary/${new Date().toISOString()}`;
    const { VersionId } = await clients.backup.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
    // As it is listed, with the time that the store wrote it.
    for await (const version of listVersions(clients.administrator, bucket, key)) {
        if (version.versionId === VersionId) {
            return version;
        }
    }
    return undefined;
}

/** What is refused now may soon be allowed: the controller is on its way, or mends what the last test has broken. */
async function soon<T>({ patienceSeconds }: SelfTest, ask: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + patienceSeconds * 1000;
    for (;;) {
        try {
            return await ask();
        } catch (error) {
            if (Date.now() > deadline) {
                throw new AgentError(`No canary could be written within ${patienceSeconds} s: ${messageOf(error)}`);
            }
        }
        await sleep(POLL_MS);
    }
}

async function isLockedInTime(
    { clients, patienceSeconds }: SelfTest,
    canary: Version,
    until: number,
): Promise<boolean> {
    const deadline = Date.now() + patienceSeconds * 1000;
    while (Date.now() < deadline) {
        if (isLocked(await retentionOf(clients.administrator, canary), until)) {
            return true;
        }
        await sleep(POLL_MS);
    }
    return false;
}

/** @returns whether the store let it through */
async function attempt(client: S3Client, attack: Attack, canary: Version): Promise<boolean> {
    try {
        await attack.attempt(client, canary);
        return true;
    } catch (error) {
        if (isRefusal(error)) {
            return false;
        }
        throw new AgentError(`Whether somebody ${attack.what} cannot be told: ${messageOf(error)}`);
    }
}

/** An answer that says no; what goes wrong on the way there says nothing. */
function isRefusal(error: unknown): boolean {
    const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
    return error instanceof Refused || (status >= 400 && status < 500);
}

/** @returns what became of the version; undefined where it is as it was */
async function harmTo(
    administrator: S3Client,
    canary: Version,
    until: number,
    content: Buffer,
): Promise<string | undefined> {
    const { bucket: Bucket, key: Key, versionId: VersionId } = canary;
    try {
        const { Body } = await administrator.send(new GetObjectCommand({ Bucket, Key, VersionId }));
        if (!content.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))) {
            return "has other content";
        }
        return isLocked(await retentionOf(administrator, canary), until) ? undefined : "is no longer locked";
    } catch (error) {
        if (isRefusal(error)) {
            return `cannot be read any more (${messageOf(error)})`;
        }
        throw error;
    }
}
