/** What a long bench is at, with the time, beside its figures. */
export function say(step: string): void {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${step}\n`);
}
