/** Programs as users write them, with the real engine and a real API server of their own: what an `up` does, and another one after it. */
import { type PromiseWithChild, execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { binDir } from "../../command-line/paths";
import { type ApiServer, startApiServer } from "./apiserver";
import { type Programs, startPrograms } from "./program";

type Step = () => unknown;

export interface UserPrograms {
    /** Of the API server, in the namespace `default` where nothing else is said. */
    readonly kubeconfig: () => string;
    readonly kubectl: (...args: string[]) => Promise<string>;
    readonly apply: (object: object, ...args: string[]) => Promise<void>;
    /** A stack that is not up yet. @param settings of its default provider */
    readonly stack: (
        name: string,
        program: Step,
        settings?: Record<string, string>,
    ) => Promise<pulumi.automation.Stack>;
    /** One that is up. */
    readonly start: (
        name: string,
        program: Step,
        settings?: Record<string, string>,
    ) => Promise<pulumi.automation.Stack>;
}

/** For the tests of the file, or the `describe`, that it is called in. */
export function userPrograms(): UserPrograms {
    let api: ApiServer;
    let programs: Programs;
    beforeAll(async () => {
        api = await startApiServer();
        programs = await startPrograms(api.kubeconfig);
    }, 90_000);
    afterAll(async () => {
        programs.stop();
        await api.stop();
    }, 30_000);

    const stack: UserPrograms["stack"] = (name, program, settings = {}) =>
        programs.stack(name, () => Promise.resolve(void program()), settings);
    const kubectl = (...args: string[]): ReturnType<typeof run> =>
        run("kubectl", ["--kubeconfig", api.kubeconfig, "-n", "default", ...args]);
    return {
        kubeconfig: () => api.kubeconfig,
        kubectl: async (...args) => (await kubectl(...args)).stdout,
        apply: async (object, ...args) => {
            const running = kubectl("apply", ...args, "-f", "-");
            running.child.stdin?.end(JSON.stringify(object));
            await running;
        },
        stack,
        start: async (name, program, settings) => {
            const started = await stack(name, program, settings);
            await up(started);
            return started;
        },
    };
}

/** A program of the toolchain. */
function run(program: string, args: readonly string[]): PromiseWithChild<{ stdout: string }> {
    return promisify(execFile)(path.join(binDir, program), args);
}

/** What the next `up` does to the resources, by name: only what is not `same`. */
export async function up(stack: pulumi.automation.Stack, program?: Step): Promise<Record<string, string>> {
    if (program) {
        stack.workspace.program = () => {
            program();
            return Promise.resolve();
        };
    }
    const changes: Record<string, string> = {};
    await stack.up({
        onEvent: ({ resourcePreEvent }) => {
            const { op, urn, detailedDiff } = resourcePreEvent?.metadata ?? {};
            if (op !== undefined && op !== "same" && urn?.includes("::kubernetes:")) {
                changes[urn.split("::").at(-1) ?? ""] = `${op} ${Object.keys(detailedDiff ?? {}).join(",")}`.trim();
            }
        },
    });
    return changes;
}

export const IN = { namespace: "default" };
/** Nothing runs there that would make it ready. */
export const SKIP = { "pulumi.com/skipAwait": "true" };
export const selector = { matchLabels: { app: "web" } };

export const pod = (more: object = {}): k8s.types.input.core.v1.PodTemplateSpec => ({
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "web", ...more }] },
});

/** A definition of a kind of `example.com/v1` that holds anything. */
export const definition = (kind: string, plural: string): object => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { kind, plural },
        versions: [
            {
                name: "v1",
                served: true,
                storage: true,
                schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
        ],
    },
});
