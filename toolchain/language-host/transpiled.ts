/**
 * TypeScript without its types, kept from one run to the next: taking them off is a tenth of what a program's process
 * does. As in Node's compile cache, beside which it lies, a file is named after all that decides what is in it.
 */
import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Sucrase's own: https://github.com/alangpierce/sucrase */
export type Transform = (code: string, options: object) => unknown;

/**
 * @param version Sucrase's
 * @param folder made when there is something to keep
 */
export function cached(transform: Transform, version: string, folder: string): Transform {
    return (code, options) => {
        const file = join(folder, `${hash("sha256", JSON.stringify([version, options, code]))}.json`);
        try {
            return JSON.parse(readFileSync(file, "utf8")) as unknown;
        } catch {
            const result = transform(code, options);
            keep(file, JSON.stringify(result), folder);
            return result;
        }
    };
}

function keep(file: string, text: string, folder: string): void {
    const whole = `${file}.${process.pid}`;
    try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(whole, text);
        renameSync(whole, file);
    } catch {
        // A home that cannot be written to: the next run takes the types off again.
    }
}
