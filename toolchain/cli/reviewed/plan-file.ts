/**
 * The file of a reviewed plan: what Pulumi's engine planned, and everything that it was planned for.
 *
 * The engine's own plan is bound to nothing (docs/decisions/reviewed-plans.md). Here it is wrapped, and applied only where everything that it
 * was planned for is unchanged.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { UserError } from "../../../command-line/command";

const KIND = "data-embassy reviewed plan";
const VERSION = 1;

const digests = z.record(z.string(), z.string());

const bound = z.strictObject({
    project: z.string(),
    stack: z.string(),
    /** The version, as `pulumi version` prints it. */
    engine: z.string(),
    /** What the command line and the environment decide about the plan, one decision in each line. */
    options: z.array(z.string()),
    /** Key of the stack file → digest of its value. */
    config: digests,
    state: z.strictObject({
        /** ISO 8601; undefined where nothing has been written yet. */
        written: z.string().optional(),
        digest: z.string(),
        /** URN → digest of the resource, without its encrypted values. */
        resources: digests,
    }),
    code: z.strictObject({
        /** The commit that was checked out when the plan was made. It is for people: a merge makes another commit, which may hold the same. */
        commit: z.string(),
        /** Git's digest of everything in the working tree that git does not ignore. */
        tree: z.string(),
        /** Path → git's digest of the file. */
        files: digests,
    }),
});

const enginePlan = z.looseObject({
    manifest: z.looseObject({}),
    resourcePlans: z.record(z.string(), z.looseObject({ steps: z.array(z.string()).optional() })),
});

const schema = z.strictObject({
    kind: z.literal(KIND),
    version: z.literal(VERSION),
    bound,
    plan: enginePlan,
    /** Digest of all the rest, which detects a plan that was cut or edited. It is no signature. */
    seal: z.string(),
});

/** What a plan is bound to. */
export type Bound = Readonly<z.infer<typeof bound>>;
/** The plan as the engine writes it with `--save-plan`: secrets are encrypted as in the stack's state. */
export type EnginePlan = Readonly<z.infer<typeof enginePlan>>;
export interface Reviewed {
    readonly bound: Bound;
    readonly plan: EnginePlan;
}

export function digestOf(value: unknown): string {
    return createHash("sha256")
        .update(typeof value === "string" ? value : JSON.stringify(value))
        .digest("hex");
}

/** Writes the file whole or not at all; only its owner can read it. */
export function writePlan(file: string, reviewed: Reviewed): void {
    const content = { kind: KIND, version: VERSION, bound: reviewed.bound, plan: reviewed.plan };
    writeFileAtomic.sync(file, `${JSON.stringify({ ...content, seal: digestOf(content) })}\n`, { mode: 0o600 });
}

/** @throws UserError where the file is no plan of ours, or was changed after it was written */
export function readPlan(file: string): Reviewed {
    const found = parsed(file);
    const result = schema.safeParse(found);
    if (!result.success) {
        throw new UserError(`${file} ${whatElse(found)}\n${HOW}`);
    }
    const { seal, ...content } = found as Record<string, unknown>;
    if (seal !== digestOf(content)) {
        throw new UserError(`The plan in ${file} is not as it was written: it was edited or damaged.\n${HOW}`);
    }
    return { bound: result.data.bound, plan: result.data.plan };
}

const HOW = "Make one with npm run pulumi -- preview --stack NAME --save-plan FILE. Nothing was changed.";

function parsed(file: string): unknown {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const why = code === "ENOENT" ? "it is not there" : message;
        throw new UserError(`The plan ${file} cannot be read: ${why}.\n${HOW}`);
    }
    try {
        return JSON.parse(text) as unknown;
    } catch {
        throw new UserError(`The plan ${file} is cut off, or no JSON.\n${HOW}`);
    }
}

function whatElse(found: unknown): string {
    const { kind, version, resourcePlans } = (found ?? {}) as Readonly<Record<string, unknown>>;
    if (kind === KIND) {
        return version === VERSION
            ? "is a plan with parts missing, or more than belong there."
            : `is a plan of version ${String(version)}: this code reads version ${VERSION}.`;
    }
    return resourcePlans === undefined
        ? "is no plan."
        : "is a plan of Pulumi's engine alone, which is bound to neither code nor state.";
}
