import { acquire } from "../toolchain/lock";

/** Runs `action` while no other process, and no other call in this one, holds the lock that `file` stands for. */
export async function withLock<T>(
    file: string,
    action: () => Promise<T>,
    onWait?: (holder: number) => void,
): Promise<T> {
    const release = await acquire(file, onWait);
    try {
        return await action();
    } finally {
        release();
    }
}
