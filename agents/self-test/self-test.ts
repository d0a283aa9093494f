/** Tests the store's promise: what is locked stays, whoever wants it gone. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, PutObjectCommand, type PutObjectCommandInput, type S3Client } from "@aws-sdk/client-s3";
import { AgentError, log, messageOf } from "../agent";
import { isLocked, retentionOf } from "../store/retention";
import { type Version, listVersions } from "../store/versions";
import { ATTACKERS, ATTACKS, type Attack, type Attacker, isRefusal, putPolicy } from "./attacks";

export interface SelfTest {
    /** A client for each attacker, and one that reads the bucket's versions. */
    readonly clients: Readonly<Record<Attacker | "viewer", S3Client>>;
    /** Bucket of the canary, to which the backup's client writes. */
    readonly bucket: string;
    readonly objectLockDays: number;
    /** Seconds that the store may be away, and that it may take to lock what was written before it knew how long to keep it. */
    readonly patienceSeconds: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const POLL_MS = 250;
/** Versions of each kind that are written while policies are put. */
const RACES = 10;

/**
 * Writes a canary, which is locked when the store acknowledges it, and lets each attacker try everything on it. Then attackers keep trying
 * to change the bucket's policy while other versions are written.
 *
 * @returns the breaches, a sentence each; empty where the store keeps its promise
 * @throws AgentError where the store does not answer, so that nothing can be said
 */
export async function selfTest(test: SelfTest): Promise<string[]> {
    const content = randomBytes(64);
    const canary = await soon(test, () => write(test, content));
    if (canary === undefined) {
        return [`Bucket ${test.bucket} keeps no versions: the store gave none to what was written.`];
    }
    const until = lockedUntil(test, canary);
    if (!isLocked(await retentionOf(test.clients.inspector, canary), until)) {
        return [unlocked(test)];
    }
    const breaches: string[] = [];
    for (const attacker of ATTACKERS) {
        for (const attack of ATTACKS) {
            const succeeded = await attempt(test.clients[attacker], attack, canary);
            const harm = await harmTo(test.clients.viewer, canary, until, content);
            log("tried", { attacker, attack: attack.what, succeeded, ...(harm !== undefined && { harm }) });
            if (harm !== undefined) {
                // Nothing is left to try the rest on.
                return [...breaches, `The ${attacker} ${attack.what}, and the locked version ${harm}.`];
            }
            if (succeeded && !attack.allowed?.includes(attacker)) {
                breaches.push(`The ${attacker} ${attack.what}: the store must refuse that.`);
            }
        }
    }
    return [...breaches, ...(await raceForLock(test))];
}

/**
 * All attackers put policies in a loop that would keep others from locking, and ask for a lock that can be lifted, while versions are
 * written. Each version has to be locked when it is acknowledged, with a lock that nobody lifts.
 */
async function raceForLock(test: SelfTest): Promise<string[]> {
    const { clients, bucket } = test;
    let isOver = false;
    const loop = async (attacker: Attacker): Promise<void> => {
        while (!isOver) {
            await putPolicy(clients[attacker], bucket, "Deny", "s3:PutObjectRetention").catch(() => undefined);
        }
    };
    const writes = async (): Promise<boolean> => {
        try {
            for (let count = 0; count < RACES; count++) {
                for (const lock of [{}, governed()]) {
                    if (!(await isLockedAtOnce(test, lock))) {
                        return false;
                    }
                }
            }
            return true;
        } finally {
            isOver = true;
        }
    };
    const [areLocked] = await Promise.all([writes(), ...ATTACKERS.map(loop)]);
    return areLocked ? [] : [unlocked(test)];
}

type Lock = Pick<PutObjectCommandInput, "ObjectLockMode" | "ObjectLockRetainUntilDate">;

function governed(): Lock {
    return { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: new Date(Date.now() + 60_000) };
}

/** True also where the store refuses such a version, because there is none then. */
async function isLockedAtOnce(test: SelfTest, lock: Lock): Promise<boolean> {
    const version = await write(test, randomBytes(64), lock).catch((error: unknown) => {
        if (isRefusal(error)) {
            return undefined;
        }
        throw error;
    });
    return !version || isLocked(await retentionOf(test.clients.inspector, version), lockedUntil(test, version));
}

function lockedUntil({ objectLockDays }: SelfTest, { writtenAt }: Version): number {
    return writtenAt + objectLockDays * DAY_MS;
}

function unlocked({ bucket }: SelfTest): string {
    return `A version in ${bucket} was acknowledged before it was locked for as long as is declared.`;
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
    const { inspector } = test.clients;
    const breaches: string[] = [];
    for (const bucket of buckets) {
        const unlocked: Version[] = [];
        for await (const version of listVersions(inspector, bucket)) {
            const until = lockedUntil(test, version);
            const isDue = version.writtenAt < Date.now() - test.patienceSeconds * 1000 && until > Date.now();
            if (isDue && !isLocked(await retentionOf(inspector, version), until)) {
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

async function write({ clients, bucket }: SelfTest, content: Buffer, lock: Lock = {}): Promise<Version | undefined> {
    const key = `canary/${new Date().toISOString()}`;
    const object = { Bucket: bucket, Key: key, Body: content, ...lock };
    const { VersionId } = await clients.backup.send(new PutObjectCommand(object));
    // The version is returned as it is listed, with the time at which the store wrote it.
    for await (const version of listVersions(clients.inspector, bucket, key)) {
        if (version.versionId === VersionId) {
            return version;
        }
    }
    return undefined;
}

/** Tries again, because what is refused now may soon be allowed while the store comes up. */
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

/** @returns what became of the version; undefined where it is as it was */
async function harmTo(viewer: S3Client, canary: Version, until: number, content: Buffer): Promise<string | undefined> {
    const { bucket: Bucket, key: Key, versionId: VersionId } = canary;
    try {
        const { Body } = await viewer.send(new GetObjectCommand({ Bucket, Key, VersionId }));
        if (!content.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))) {
            return "has other content";
        }
        return isLocked(await retentionOf(viewer, canary), until) ? undefined : "is no longer locked";
    } catch (error) {
        if (isRefusal(error)) {
            return `cannot be read any more (${messageOf(error)})`;
        }
        throw error;
    }
}
