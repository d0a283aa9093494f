/** Asks a real API server whether an admission policy lets a request through. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { binDir } from "../../command-line/paths";
import type { ApiServer } from "./apiserver";

/** @throws Error with the server's answer if the command fails */
export function kubectl({ kubeconfig }: ApiServer, args: readonly string[], input?: object): string {
    return execFileSync(join(binDir, "kubectl"), [`--kubeconfig=${kubeconfig}`, ...args], {
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
        input: input === undefined ? "" : JSON.stringify(input),
    });
}

type Answer = "refused" | "let through";

/** How an attempt ends: it is let through, refused by `policy`, or fails with the message of another error. */
export function outcome(policy: string, attempt: () => void): string {
    try {
        attempt();
        return "let through" satisfies Answer;
    } catch (error) {
        return String(error).includes(policy) ? ("refused" satisfies Answer) : String(error);
    }
}

/** Repeats the attempt until its outcome is `wanted`: the API server enforces a policy only a moment after it was created. */
export async function settled(policy: string, attempt: () => void, wanted: Answer): Promise<string> {
    let last = "";
    for (let tries = 0; tries < 100 && last !== wanted; tries++) {
        last = outcome(policy, attempt);
        await sleep(200);
    }
    return last;
}
