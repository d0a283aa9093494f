/** Writes the present step of a long bench with the time, apart from its figures. */
export function say(step: string): void {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${step}\n`);
}
