/** What an agent's pod tells it, by the contract with which the pod is declared: infra/conventions/agents.ts. */
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { type AgentName, SETTINGS, type Settings } from "../infra/conventions/agents";
import { AgentError, messageOf } from "./agent";

/** @throws AgentError that names what the pod does not set, or sets to something else */
export function settingsOf<Agent extends AgentName>(agent: Agent): Settings<Agent> {
    return environment<(typeof SETTINGS)[Agent]>(SETTINGS[agent]);
}

/** The variables of the environment that `told` names. @throws AgentError where one is not there, or is something else */
export function environment<T extends z.ZodObject>(told: T): z.output<T> {
    const names = Object.keys(told.shape);
    const unset = names.filter((name) => (process.env[name] ?? "") === "");
    if (unset.length > 0) {
        throw new AgentError(
            `The environment does not have ${unset.join(", ")}: the container's declaration must set what infra/conventions/agents.ts names.`,
        );
    }
    const parsed = told.safeParse(process.env);
    if (!parsed.success) {
        const wrong = parsed.error.issues.map(({ path, message }) => {
            const [name = ""] = path.map(String);
            return `${name} is "${process.env[name] ?? ""}": ${message}`;
        });
        throw new AgentError(`The container's declaration is wrong: ${wrong.join("; ")}.`);
    }
    return parsed.data;
}

/** The content of a mounted file. Keys and declarations are in files, and never in the environment. @throws AgentError */
export function mounted(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new AgentError(`${file} cannot be read: the container's declaration must mount it. ${messageOf(error)}`);
    }
}
