/**
 * Takes the lock that the file stands for, after its present holder.
 *
 * @param onWait told once, with the holder's process number, when there is one to wait for
 * @returns the function that releases the lock
 */
export function acquire(file: string, onWait?: (pid: number) => void): Promise<() => void>;

/**
 * Runs `action` while no other process, and no other call in this one, holds the lock that `file` stands for.
 *
 * @param onWait as in {@link acquire}
 */
export function withLock<T>(file: string, action: () => Promise<T>, onWait?: (pid: number) => void): Promise<T>;
