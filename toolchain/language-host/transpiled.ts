/**
 * Keeps TypeScript without its types from one run to the next: removing them is a tenth of a program's work. As in Node's compile cache, which
 * is in the same folder, a file's name is a digest of everything that decides its content.
 */
import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Sucrase's function: https://github.com/alangpierce/sucrase */
export type Transform = (code: string, options: object) => unknown;

/**
 * @param version version of Sucrase
 * @param folder is made when there is something to keep
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
        // The home cannot be written to, so the next run removes the types again.
    }
}
