/**
 * Takes the lock of the file, after its present holder.
 *
 * @param onWait is called once, with the holder's process number, if there is one to wait for
 * @returns the function that releases the lock
 */
export function acquire(file: string, onWait?: (pid: number) => void): Promise<() => void>;

/**
 * Runs `action` while no other process, and no other call in this one, holds the lock of `file`.
 *
 * @param onWait as in {@link acquire}
 */
export function withLock<T>(file: string, action: () => Promise<T>, onWait?: (pid: number) => void): Promise<T>;
