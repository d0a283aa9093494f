/** Runs Pulumi programs in the test's own process, with the real engine and this source tree's kubernetes provider. */
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { registerProvider } from "../../toolchain/plugin/provider";
import { serveConnection } from "../../toolchain/plugin/serve";
import { KubernetesProvider } from "../../toolchain/providers/kubernetes/provider";

const EMBASSY = resolve(__dirname, "../../.embassy");

export interface Programs {
    /** @param settings of the default provider, in addition to its cluster */
    stack(name: string, program: PulumiFn, settings?: Readonly<Record<string, string>>): Promise<Stack>;
    stop(): void;
}

export async function startPrograms(kubeconfig: string): Promise<Programs> {
    const home = mkdtempSync(join(tmpdir(), "programs-"));
    // Each provider that a program configures connects separately and gets its own instance, as with a plugin.
    const server = createServer((connection) =>
        serveConnection(connection, (grpcServer) => registerProvider(grpcServer, new KubernetesProvider())),
    );
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const envVars = {
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DEBUG_PROVIDERS: `kubernetes:${(server.address() as AddressInfo).port}`,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_HOME: join(home, "pulumi"),
        PULUMI_SKIP_UPDATE_CHECK: "1",
    };
    const pulumiCommand = withoutSummary(await PulumiCommand.get({ root: EMBASSY }));
    return {
        stack: (stackName, program, settings = {}) => {
            // The configuration is written with the stack's file, because each setting by the CLI is a run of it.
            const config = Object.fromEntries(
                Object.entries({ kubeconfig, ...settings }).map(([key, value]) => [`kubernetes:${key}`, value]),
            );
            return LocalWorkspace.createStack(
                { stackName, projectName: "test", program },
                {
                    pulumiCommand,
                    envVars,
                    projectSettings: { name: "test", runtime: "nodejs" },
                    stackSettings: { [stackName]: { config } },
                },
            );
        },
        stop: () => {
            server.close();
            rmSync(home, { recursive: true });
        },
    };
}

/** What the Automation API calls of the CLI, which its declarations leave out. */
interface Runs {
    run(args: readonly string[], ...rest: readonly unknown[]): Promise<Readonly<Record<"stdout" | "stderr", string>>>;
}

/**
 * The CLI without what the Automation API asks of it after each operation, outputs and history, for which it starts three times and derives the
 * passphrase's key anew. No program of a test has outputs, and what an operation did is told by its events.
 */
function withoutSummary(cli: PulumiCommand): PulumiCommand {
    const asIs = cli as PulumiCommand & Runs;
    const run: Runs["run"] = (args, ...rest) => {
        const asked = args.slice(0, 2).join(" ");
        const empty = asked === "stack output" ? "{}" : asked === "stack history" ? "[]" : undefined;
        return empty === undefined ? asIs.run(args, ...rest) : Promise.resolve({ stdout: empty, stderr: "" });
    };
    return Object.assign(Object.create(cli) as PulumiCommand, { run });
}
