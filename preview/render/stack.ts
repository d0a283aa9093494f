/** Finds what one stack of a tree declares, with that tree's own code: its program runs under the SDK's mocks. */
import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { PROJECT } from "../../infra/conventions/names";
import type { Outside } from "../../infra/site/outside";
import { type SiteFacts, factsOf } from "../facility/facts";
import { type StackFile, readStackFile } from "../stack-file";
import { mocksFor } from "./mocks";
import { type Registered, watchRegistrations } from "./registrations";
import { type Rules, rulesOf } from "./rules";
import { HIDDEN } from "./secrets";

export interface RenderedStack {
    readonly resources: readonly Registered[];
    /** Names of what is outside the cluster; a range without a name belongs to nobody who is known. */
    readonly outside: Outside;
    /** Undefined where the tree's plan has a form that this program does not know. */
    readonly facts?: SiteFacts | undefined;
    readonly rules?: Rules | undefined;
}

/** What a stack declares, or why it cannot be rendered. */
export type Outcome =
    | ({ readonly stack: string } & RenderedStack)
    | ({ readonly stack: string; readonly problem: string } & Pick<RenderedStack, "facts">);

/** These are decided on the command line for one run, so code does not declare them. */
const DECISIONS = ["EMBASSY_ACCEPT_LOSS", "EMBASSY_CROSS_STACK_SECRETS", "KUBECONFIG"];

/**
 * @param root top folder of the tree
 * @param main the program's folder in it
 */
export async function renderTree(root: string, main: string, stack: string): Promise<Outcome> {
    DECISIONS.forEach((name) => Reflect.deleteProperty(process.env, name));
    let told: ReturnType<typeof toldBy> = { outside: {} };
    try {
        const file = readStackFile(stack, root);
        // This also runs where the program then refuses the stack, so that the report can say what is short.
        told = toldBy(root, stack, file.config);
        const resources = await run(join(root, main), stack, file);
        return { stack, resources, ...told, rules: rulesOf(root) };
    } catch (error) {
        return {
            stack,
            problem: inTree(root, error instanceof Error ? error.message : String(error)),
            facts: told.facts,
        };
    } finally {
        forget(root);
    }
}

/** Removes the tree's path and the chain of loaded files, which tell a reader nothing. */
function inTree(root: string, problem: string): string {
    return problem.replaceAll(root + sep, "").replace(/\nRequire stack:[^]*/, "");
}

async function run(program: string, stack: string, { config }: StackFile): Promise<Registered[]> {
    const keysOf = (key: string): string[] => Object.keys(config[`${PROJECT}:${key}`] ?? {});
    // Before sites had numbers, this was a list.
    const listed = (config[`${PROJECT}:keys`] as { sites?: string[] } | undefined)?.sites ?? [];
    const sites = [...keysOf("sites"), ...listed];
    const resources: Registered[] = [];
    const failures: unknown[] = [];
    const failed = (error: unknown): void => void failures.push(error);
    process.on("unhandledRejection", failed);
    try {
        const registries = keysOf("registries");
        await pulumi.runtime.setMocks(mocksFor({ sites, registries }), PROJECT, stack, false);
        pulumi.runtime.setAllConfig(...handedOver(config));
        watchRegistrations((resource) => resources.push(resource));
        // The tree's own code is the one that is examined, so it cannot be imported statically.
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        require(program);
        await pulumi.runtime.disconnect();
    } finally {
        process.off("unhandledRejection", failed);
    }
    if (failures.length > 0) {
        throw failures[0];
    }
    return resources.sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

/** Hands a stack file over as the engine does: as text, with structured values as JSON. Encrypted values stay unread. */
function handedOver(config: StackFile["config"]): [Record<string, string>, string[]] {
    const secrets = Object.keys(config).filter((key) => isEncrypted(config[key]));
    const texts = Object.entries(config).map(([key, value]) => {
        const text = typeof value === "string" ? value : JSON.stringify(value);
        return [key, secrets.includes(key) ? HIDDEN : text];
    });
    return [Object.fromEntries(texts) as Record<string, string>, secrets];
}

export function isEncrypted(value: unknown): boolean {
    return typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
}

/** Paths below infra of the modules that describe a tree: the present ones, and those from before each subject had a folder of its own. */
const LAYOUTS = [
    {
        config: "site/config",
        plan: "site/plan",
        workloads: "site/workloads",
        addresses: "networking/addresses",
        outside: "site/outside",
    },
    {
        config: "config",
        plan: "plan",
        workloads: "plan/tier4/workloads",
        addresses: "plan/addresses",
        outside: "networking/flow-table",
    },
] as const;

type Part = keyof (typeof LAYOUTS)[number];

/** @returns undefined for a tree of another layout */
function partsOf(root: string): ((part: Part) => unknown) | undefined {
    const at = (part: string): string => join(root, "infra", part);
    const layout = LAYOUTS.find(
        ({ config }) => existsSync(`${at(config)}.ts`) || existsSync(join(at(config), "index.ts")),
    );
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return layout && ((part) => require(at(layout[part])) as unknown);
}

/** What a tree's own code says about a site. Code of another form, or code that refuses the file, says as much as it can. */
function toldBy(root: string, stack: string, values: StackFile["config"]): Pick<RenderedStack, "outside" | "facts"> {
    const part = partsOf(root);
    if (part === undefined) {
        return { outside: {} };
    }
    const config = attempt(() => {
        const { parseConfig } = part("config") as typeof import("../../infra/site/config");
        return parseConfig(stack, values);
    });
    if (config === undefined) {
        return { outside: {} };
    }
    return {
        outside:
            attempt(() => {
                const { planNetwork } = part("addresses") as typeof import("../../infra/networking/addresses");
                const { outsideOf } = part("outside") as typeof import("../../infra/site/outside");
                return outsideOf(planNetwork(config), config.edge, config.monitoring);
            }) ?? {},
        facts: attempt(() => {
            const { plan } = part("plan") as typeof import("../../infra/site/plan");
            const { workloads } = part("workloads") as typeof import("../../infra/site/workloads");
            const site = plan(config);
            return factsOf(config, site, workloads(config, site));
        }),
    };
}

function attempt<T>(work: () => T): T | undefined {
    try {
        return work();
    } catch {
        return undefined;
    }
}

/** Each program starts with fresh modules, as under the engine; packages are kept. */
function forget(root: string): void {
    const program = join(root, "infra") + sep;
    Object.keys(require.cache)
        .filter((file) => file.startsWith(program))
        .forEach((file) => Reflect.deleteProperty(require.cache, file));
}
