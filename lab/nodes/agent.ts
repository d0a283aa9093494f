/** The API of a machine's Cilium agent, on a socket in the machine: https://docs.cilium.io/en/v1.19/api/ */
import { existsSync } from "node:fs";
import { get } from "node:http";
import { CNI_CONFIGURATION_FILE, RUN } from "./cilium";

const ANSWER_MS = 5_000;

function inMachine(init: number, file: string): string {
    return `/proc/${init}/root${file}`;
}

/** Whether the machine's pods are connected and policies are enforced. @param init the machine's first process */
export async function agentWorks(init: number): Promise<boolean> {
    return existsSync(inMachine(init, CNI_CONFIGURATION_FILE)) && (await askAgent(init, "/policy")) !== undefined;
}

/**
 * @param init the machine's first process, whose files are visible below /proc
 * @returns the answer, parsed; undefined where the agent does not run or is not ready yet
 */
export async function askAgent<T>(init: number, path: string): Promise<T | undefined> {
    const target = { socketPath: inMachine(init, `${RUN}/cilium.sock`), host: "localhost", path: `/v1${path}` };
    return new Promise((resolve) => {
        get({ ...target, signal: AbortSignal.timeout(ANSWER_MS) }, (response) => {
            let body = "";
            response
                .setEncoding("utf8")
                .on("data", (chunk: string) => {
                    body += chunk;
                })
                .on("end", () => resolve(response.statusCode === 200 ? (JSON.parse(body) as T) : undefined));
        }).once("error", () => resolve(undefined));
    });
}
