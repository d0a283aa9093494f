/** Reads `reasons.yaml`, which says why pins stay behind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { repoRoot } from "../../command-line/paths";
import type { Reasons } from "./pins";

export const REASONS = join(repoRoot, "toolchain", "outdated", "reasons.yaml");

const schema = z.record(z.string(), z.strictObject({ newest: z.string(), why: z.string().min(1) }));

/** @throws ZodError where the file has another shape */
export function readReasons(file = REASONS): Reasons {
    return schema.parse(parse(readFileSync(file, "utf8")));
}
