/** Reads a stack's outputs, secrets included, from its state; no site has to run for that. */
import { type Toolchain } from "./environment";
import { runPulumi } from "./run";

/** Name → value of the stack's outputs. @returns undefined where its state cannot be read or opened; the CLI has then said why */
export async function stackOutputs(
    stack: string,
    toolchain: Toolchain,
): Promise<Readonly<Record<string, unknown>> | undefined> {
    const args = ["stack", "output", "--show-secrets", "--json", "--stack", stack];
    const { code, output } = await runPulumi(args, { toolchain, capture: true });
    return code === 0 ? (JSON.parse(output) as Record<string, unknown>) : undefined;
}
