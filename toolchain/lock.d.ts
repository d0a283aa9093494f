/**
 * Takes the lock that the file stands for, after its present holder.
 *
 * @param onWait told once, with the holder's process number, when there is one to wait for
 * @returns the function that releases the lock
 */
export function acquire(file: string, onWait?: (pid: number) => void): Promise<() => void>;
