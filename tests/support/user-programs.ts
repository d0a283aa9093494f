/** Runs programs as users write them, with the real engine and their own real API server, to see what one `up` and the next one do. */
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
    /** The kubeconfig of the API server, with the default namespace `default`. */
    readonly kubeconfig: () => string;
    readonly kubectl: (...args: string[]) => Promise<string>;
    readonly apply: (object: object, ...args: string[]) => Promise<void>;
    /** Creates a stack without running `up`. @param settings of its default provider */
    readonly stack: (
        name: string,
        program: Step,
        settings?: Record<string, string>,
    ) => Promise<pulumi.automation.Stack>;
    /** Creates a stack and runs `up`. */
    readonly start: (
        name: string,
        program: Step,
        settings?: Record<string, string>,
    ) => Promise<pulumi.automation.Stack>;
}

/** Starts an API server for the tests of the file, or of the `describe`, that calls it. */
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

/** Runs a program of the toolchain. */
function run(program: string, args: readonly string[]): PromiseWithChild<{ stdout: string }> {
    return promisify(execFile)(path.join(binDir, program), args);
}

/** Runs `up`. @returns operation by resource name, without `same` */
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
/** The annotation by which Pulumi does not wait for an object, as nothing runs that would make it ready. */
export const SKIP = { "pulumi.com/skipAwait": "true" };
export const selector = { matchLabels: { app: "web" } };

export const pod = (more: object = {}): k8s.types.input.core.v1.PodTemplateSpec => ({
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "web", ...more }] },
});

/** A CustomResourceDefinition of a kind of `example.com/v1` that accepts any fields. */
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
