/** Writes a report where it should go, for every command that makes one. */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { colorsFor } from "../../command-line/colors";
import { UserError } from "../../command-line/command";
import type { Report } from "../report";
import { FORMATS, type Format, type FormatName } from "./formats";
import { terminal } from "./terminal";
import { titleLine } from "./title";

export interface WriteOptions {
    readonly format: FormatName;
    readonly out?: string;
    readonly reports?: string;
}

export function withReportOptions(command: Command): Command {
    return command
        .addOption(new Option("--format <format>", "of the report").choices(Object.keys(FORMATS)).default("markdown"))
        .option("--out <file>", "file to write the report to; then only its title is printed")
        .option("--reports <folder>", "folder to write the report to in every format; then only its title is printed");
}

/**
 * Call it before the work, so that an unusable place is reported before anybody has waited.
 *
 * @throws UserError where there can be no such file or folder
 */
export function prepareReports({ out, reports }: WriteOptions): void {
    if (out !== undefined) {
        made("--out", dirname(resolve(out)));
        if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === true) {
            throw new UserError(`--out ${out} is a folder: name a file in it, or give the folder as --reports.`);
        }
    }
    if (reports !== undefined) {
        made("--reports", resolve(reports));
    }
}

/** Writes one format to `--out` or to standard output, and all of them to `--reports`, each from the same report. */
export async function writeReport(report: Report, { format, out, reports }: WriteOptions): Promise<void> {
    if (reports !== undefined) {
        for (const { file, text } of Object.values<Format>(FORMATS)) {
            written("--reports", join(reports, file), await text(report));
        }
    }
    const { text }: Format = FORMATS[format];
    if (out !== undefined) {
        written("--out", out, await text(report));
    }
    if (out !== undefined || reports !== undefined) {
        process.stdout.write(titleLine(report));
    } else if (format === "markdown" && process.stdout.isTTY) {
        process.stdout.write(terminal(report, colorsFor(process.stdout)));
    } else {
        process.stdout.write(await text(report));
    }
}

function made(option: string, folder: string): void {
    attempt(option, folder, () => mkdirSync(folder, { recursive: true }));
}

function written(option: string, file: string, text: string): void {
    attempt(option, file, () => writeFileSync(file, text));
}

function attempt(option: string, place: string, work: () => unknown): void {
    try {
        work();
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw code === undefined
            ? error
            : new UserError(`${option}: ${place} cannot be written to (${message}): name a place that can be.`);
    }
}
