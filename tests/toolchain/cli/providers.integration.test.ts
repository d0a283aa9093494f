import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ReadRequest, type ReadResponse, ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { encode } from "../../../toolchain/plugin/values";
import type { Companion } from "../../../toolchain/cli/companion";
import { startProviders } from "../../../toolchain/cli/providers";

const home = mkdtempSync(join(tmpdir(), "providers-"));
const environment = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: join(home, "none") };

let providers: Companion;
const clients: ResourceProviderClient[] = [];
beforeEach(async () => {
    const started = await startProviders(environment);
    if (!started) {
        throw new Error("bin/pulumi-providers is not there: npm run toolchain builds it");
    }
    providers = started;
});
afterEach(async () => {
    clients.splice(0).forEach((client) => client.close());
    await providers.stop();
});
afterAll(() => rmSync(home, { recursive: true }));

/** Opens a separate connection to the provider `name`, as the engine does for each provider of a program. */
function connect(name: string): ResourceProviderClient {
    const attached = new Map(
        providers.environment["PULUMI_DEBUG_PROVIDERS"]?.split(",").map((pair) => pair.split(":") as [string, string]),
    );
    const address = `127.0.0.1:${attached.get(name)}`;
    // Without a local pool, clients of one address would share a connection.
    const client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
    });
    clients.push(client);
    return client;
}

function call<T>(ask: (answer: (error: grpc.ServiceError | null, response: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => ask((error, response) => (error ? reject(error) : resolve(response))));
}

async function version(client: ResourceProviderClient): Promise<string> {
    return (await call<PluginInfo>((answer) => client.getPluginInfo(new Empty(), answer))).getVersion();
}

/** Starts a process that holds the leash, as the CLI does. */
function holder(): ChildProcess {
    const child = spawn("sleep", ["600"], { stdio: ["ignore", "ignore", "ignore", providers.leash] });
    providers.leash.destroy();
    return child;
}

async function gone(pid: number): Promise<void> {
    for (;;) {
        try {
            process.kill(pid, 0);
        } catch {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

describe("the providers beside the CLI", () => {
    it("answer where the engine is told to look for them", async () => {
        const versions = await Promise.all(["kubernetes", "random", "tls"].map((name) => version(connect(name))));
        expect(versions).toEqual(["4.34.2", "4.21.2", "5.6.1"]);
    });

    it("keep apart what the engine tells each connection", async () => {
        const [rendering, other] = [connect("kubernetes"), connect("kubernetes")];
        const args = encode({ renderYamlToDirectory: home });
        await call((answer) => rendering.configure(new ConfigureRequest().setArgs(args), answer));
        const read = (client: ResourceProviderClient): Promise<ReadResponse> => {
            const urn = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::it";
            const state = encode({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "it" } });
            const request = new ReadRequest().setId("default/it").setUrn(urn).setProperties(state).setInputs(state);
            return call((answer) => client.read(request, answer));
        };
        await expect(read(rendering)).resolves.toBeDefined();
        await expect(read(other)).rejects.toThrow(`${home}/none does not exist`);
    });

    it("end when nobody holds them any more, even if that one was killed", async () => {
        await version(connect("random"));
        const cli = holder();
        const { pid } = providers;
        cli.kill("SIGKILL");
        await once(cli, "exit");
        await expect(gone(pid)).resolves.toBeUndefined();
    });

    it("are missed aloud when they are killed while they are in use", async () => {
        const said = jest.spyOn(process.stderr, "write").mockReturnValue(true);
        const cli = holder();
        process.kill(providers.pid, "SIGKILL");
        await gone(providers.pid);
        await providers.stop();
        expect(said.mock.calls.join("")).toContain(
            "The process with the providers kubernetes, random, tls ended with SIGKILL while they were in use",
        );
        said.mockRestore();
        cli.kill();
    });

    it("are left out where the user attaches the engine to providers of their own", async () => {
        await expect(startProviders({ ...environment, PULUMI_DEBUG_PROVIDERS: "tls:1234" })).resolves.toBeUndefined();
    });
});
