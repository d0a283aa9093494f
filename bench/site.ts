/** The site in which everything except the toolchain is measured: a home of its own, and an empty project beside it. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Home, must } from "../tests/support/home";
import { changingEnvironment, previewEnvironment } from "../toolchain/cli/environment";
import { isAboutResources } from "../toolchain/cli/stack-file";
import { repoRoot } from "../command-line/paths";
import { type Measure, type MeasureOptions, measure } from "./process";

export const STACK = "tallinn";

interface Resource {
    readonly type: string;
    readonly inputs?: Record<string, unknown>;
}

interface Item {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec?: { readonly replicas?: number };
}

export class Site {
    readonly home = new Home("bench");
    private readonly whole = this.home.project();
    readonly objects = join(this.home.path, "objects.json");
    readonly pulumi = join(this.home.path, "bin", "pulumi");
    readonly kubectl = join(this.home.path, "bin", "kubectl");

    /** Brings control plane and nodes up, with nothing declared in them yet. */
    fresh(): void {
        this.home.lab("down", "--delete");
        must(this.home.lab("up", STACK));
    }

    /** Runs the CLI as `npm run pulumi` does. `isEmpty` stands for a program without resources, which needs no providers either. */
    run(args: readonly string[], options: Partial<MeasureOptions> & { isEmpty?: boolean } = {}): Promise<Measure> {
        const { cwd = this.whole, isEmpty = false, env, ...rest } = options;
        return measure(this.pulumi, [...args, "--stack", STACK, "--non-interactive"], {
            ...rest,
            cwd,
            env: {
                ...this.home.pulumiEnvironment([STACK]),
                ...previewEnvironment(args),
                ...changingEnvironment(args),
                ...env,
            },
            withCompanions: isAboutResources(args) && !isEmpty,
        });
    }

    runKubectl(args: readonly string[], accept?: readonly number[]): Promise<Measure> {
        const kubeconfig = join(this.home.path, "lab", STACK, "kubeconfig");
        return measure(this.kubectl, ["--kubeconfig", kubeconfig, ...args], {
            cwd: this.home.path,
            env: process.env,
            ...(accept && { accept }),
        });
    }

    /** Makes a project with the same runtime, with or without a program. @returns its folder */
    project(name: string, program = "export {};\n"): string {
        const folder = join(this.home.path, name);
        mkdirSync(join(folder, "infra"), { recursive: true });
        const project = parse(readFileSync(join(repoRoot, "Pulumi.yaml"), "utf8")) as object;
        // The project's configuration for its stacks is under its own name, and these programs read it themselves.
        writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...project, name, config: {} }));
        writeFileSync(join(folder, `Pulumi.${STACK}.yaml`), "config: {}\n");
        writeFileSync(join(folder, "infra", "index.ts"), program);
        symlinkSync(join(repoRoot, "package.json"), join(folder, "package.json"));
        symlinkSync(join(repoRoot, "node_modules"), join(folder, "node_modules"));
        return folder;
    }

    /** Writes the stack's Kubernetes objects as a list for kubectl, in an order in which it can create them. */
    writeObjects(): number {
        const { stdout } = must(this.home.pulumi("stack", "export", "--stack", STACK, "--show-secrets"));
        const { deployment } = JSON.parse(stdout) as { deployment: { resources: Resource[] } };
        const items = deployment.resources
            .filter(({ type }) => type.startsWith("kubernetes:"))
            .map(({ inputs = {} }) => reveal(inputs));
        writeFileSync(this.objects, JSON.stringify({ apiVersion: "v1", kind: "List", items }), { mode: 0o600 });
        return items.length;
    }

    /** Waits as the program does, until every pod of every StatefulSet is ready. @returns seconds */
    async waitForSets(): Promise<number> {
        const { items } = JSON.parse(readFileSync(this.objects, "utf8")) as { items: Item[] };
        const sets = items.filter(({ kind, spec }) => kind === "StatefulSet" && spec?.replicas !== 0);
        let seconds = 0;
        for (const { metadata, spec } of sets) {
            const ready = `--for=jsonpath={.status.readyReplicas}=${spec?.replicas ?? 1}`;
            const where = ["--namespace", metadata.namespace, `statefulset/${metadata.name}`];
            seconds += (await this.runKubectl(["wait", ...where, ready, "--timeout=120s"])).seconds;
        }
        return seconds;
    }

    /** The number of resources that a preview in `cwd` would create. */
    async countResources(cwd: string): Promise<number> {
        const log = join(this.home.path, "events.json");
        await this.run(["preview", "--event-log", log], { cwd, env: { PULUMI_DEBUG_COMMANDS: "true" } });
        const events = readFileSync(log, "utf8").trim().split("\n");
        const summaries = events.map(
            (line) => (JSON.parse(line) as { summaryEvent?: { resourceChanges: Record<string, number> } }).summaryEvent,
        );
        rmSync(log);
        return summaries.findLast((summary) => summary !== undefined)?.resourceChanges["create"] ?? NaN;
    }

    remove(): void {
        this.home.remove();
    }
}

/** Secrets in an export with --show-secrets are `{ <signature>, plaintext }`. */
function reveal(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(reveal);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const { plaintext } = value as { plaintext?: string };
    return plaintext === undefined
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]))
        : (JSON.parse(plaintext) as unknown);
}
