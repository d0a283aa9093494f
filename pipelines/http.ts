/** Talks to the API of the host that runs a pipeline, with JSON, a token, and errors for people. */
import { UserError } from "../command-line/command";

const PATIENCE_MS = 30_000;
const PAGE = 100;
const MOST_PAGES = 100;

export class Api {
    /** @param headers with the token in them, which no message shows */
    constructor(
        private readonly base: string,
        private readonly headers: Readonly<Record<string, string>>,
    ) {}

    /** @returns the answer, undefined where it is empty. @throws UserError where the answer is no success */
    async ask<T>(method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", path: string, body?: object): Promise<T> {
        let answer: Response;
        try {
            answer = await fetch(`${this.base}${path}`, {
                method,
                headers: { ...this.headers, "Content-Type": "application/json" },
                ...(body && { body: JSON.stringify(body) }),
                // The token must not go to another address.
                redirect: "error",
                signal: AbortSignal.timeout(PATIENCE_MS),
            });
        } catch (error) {
            const { cause, message } = error as Error;
            throw new UserError(
                `${method} ${this.base}${path} was not answered: ${cause instanceof Error ? cause.message : message}`,
            );
        }
        const text = await answer.text();
        if (!answer.ok) {
            throw new UserError(`${method} ${this.base}${path} was answered with ${answer.status}: ${reason(text)}`);
        }
        return (text === "" ? undefined : JSON.parse(text)) as T;
    }

    /** Reads every page of a list. @param path with a query of its own */
    async list<T>(path: string): Promise<T[]> {
        const found: T[] = [];
        for (let page = 1; page <= MOST_PAGES; page++) {
            const more = await this.ask<T[]>("GET", `${path}&per_page=${PAGE}&page=${page}`);
            found.push(...more);
            if (more.length < PAGE) {
                break;
            }
        }
        return found;
    }
}

function reason(text: string): string {
    try {
        const { message } = JSON.parse(text) as { readonly message?: unknown };
        return typeof message === "string" ? message : text.slice(0, 200);
    } catch {
        return text.slice(0, 200);
    }
}

/** @throws UserError naming what the pipeline must set */
export function setting(environment: NodeJS.ProcessEnv, name: string): string {
    const value = environment[name];
    if (value === undefined || value === "") {
        throw new UserError(
            `${name} is not set: this command runs in a pipeline, docs/pipelines.md says where that has it from.`,
        );
    }
    return value;
}
