/** Brings the registries of a restored site up. */
import type { Toolchain } from "../toolchain/cli/environment";
import { upStack } from "../toolchain/cli/up";
import { LabError } from "../lab/errors";
import type { Site } from "../lab/options";
import { followMembers } from "./follow";

/**
 * Runs `pulumi up`, and ends it as soon as a registry's members report that they cannot be restored.
 *
 * @param options `onAnswer` is called when the first leader answers
 * @returns registry → seconds by `elapsed` until its leader answered
 * @throws LabError where one of the two fails
 */
export async function bringUp(
    site: Site,
    registries: readonly string[],
    {
        toolchain,
        environment,
        elapsed,
        onAnswer,
    }: { toolchain: Toolchain; environment: NodeJS.ProcessEnv; elapsed: () => number; onAnswer: () => void },
): Promise<Readonly<Record<string, number>>> {
    const [up, done] = [new AbortController(), new AbortController()];
    // The error is kept and not thrown, because nobody awaits it before the CLI has ended.
    const followed = followMembers(site, registries, done.signal, elapsed, onAnswer).catch((error: unknown) => {
        up.abort();
        return error as Error;
    });
    const stack = site.paths.site;
    const result = await upStack(stack, toolchain, { environment, capture: true, signal: up.signal });
    done.abort();
    const answered = await followed;
    if (answered instanceof Error) {
        throw answered;
    }
    if (result.code !== 0) {
        throw new LabError(`pulumi up of ${stack} failed:\n${result.output.trim()}`);
    }
    return answered;
}
