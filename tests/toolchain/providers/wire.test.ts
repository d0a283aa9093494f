/** What the engine sees of the providers over gRPC. */
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import {
    CheckRequest,
    type CheckResponse,
    CreateRequest,
    type CreateResponse,
    ProviderHandshakeRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Warn } from "../../../toolchain/plugin/log";
import { type Provider, registerProvider } from "../../../toolchain/plugin/provider";
import { type PropertyMap, Secret, decode, encode } from "../../../toolchain/plugin/values";
import { randomProvider } from "../../../toolchain/providers/random/provider";
import { tlsProvider } from "../../../toolchain/providers/tls/provider";

const PASSWORD = "urn:pulumi:s::p::random:index/randomPassword:RandomPassword::it";
const CERT_REQUEST = "urn:pulumi:s::p::tls:index/certRequest:CertRequest::it";

type Answer<T> = (error: grpc.ServiceError | null, response: T) => void;

/** Serves `provider` for one call. */
async function ask<T>(
    provider: Provider,
    call: (client: ResourceProviderClient, answer: Answer<T>) => void,
): Promise<T> {
    const server = new grpc.Server();
    registerProvider(server, provider);
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    try {
        return await new Promise((resolve, reject) => {
            call(client, (error, response) => (error ? reject(error) : resolve(response)));
        });
    } finally {
        client.close();
        server.forceShutdown();
    }
}

async function checked(inputs: PropertyMap): Promise<{ inputs: PropertyMap; failures: [string, string][] }> {
    const request = new CheckRequest().setUrn(CERT_REQUEST).setNews(encode(inputs));
    const response = await ask<CheckResponse>(tlsProvider(), (client, answer) => client.check(request, answer));
    const failures = response
        .getFailuresList()
        .map((failure): [string, string] => [failure.getProperty(), failure.getReason()]);
    return { inputs: decode(response.getInputs()), failures };
}

test.each([
    ["random", randomProvider(), "4.21.2"],
    ["tls", tlsProvider(), "5.6.1"],
])("%s is of the version of its npm package", async (_, provider, version) => {
    const info = await ask<PluginInfo>(provider, (client, answer) => client.getPluginInfo(new Empty(), answer));
    expect(info.getVersion()).toBe(version);
});

test("a password arrives as a secret", async () => {
    const request = new CreateRequest().setUrn(PASSWORD).setProperties(encode({ length: 8 }));
    const response = await ask<CreateResponse>(randomProvider(), (client, answer) => client.create(request, answer));
    const properties = decode(response.getProperties());
    expect(properties["result"]).toStrictEqual(new Secret(expect.stringMatching(/^.{8}$/) as string));
    expect(properties["length"]).toBe(8);
});

test("a key is a secret even where the program did not mark it", async () => {
    const { inputs } = await checked({ privateKeyPem: "a key" });
    expect(inputs["privateKeyPem"]).toStrictEqual(new Secret("a key"));
});

test.each([["marked"], ["not marked"]])(
    "a failure of a secret that is %s names no property, because the engine would print its value",
    async (mark) => {
        const value = mark === "marked" ? new Secret("a key") : "a key";
        const { failures } = await checked({ privateKeyPem: value });
        expect(failures).toStrictEqual([["", expect.stringMatching(/^privateKeyPem is not a private key: give /)]]);
    },
);

test("a failure of an open value names its property", async () => {
    const { failures } = await checked({ privateKeyPem: new Secret("a key"), dnsNames: "a" });
    expect(failures).toContainEqual(["dnsNames", "dnsNames is a string: give a list of strings"]);
});

test("what a provider has to say reaches the engine that shook its hand", async () => {
    const said: [LogSeverity, string][] = [];
    const engine = new grpc.Server();
    engine.addService(EngineService, {
        log: (call: grpc.ServerUnaryCall<LogRequest, Empty>, answer: grpc.sendUnaryData<Empty>) => {
            said.push([call.request.getSeverity(), call.request.getMessage()]);
            answer(null, new Empty());
        },
    });
    const port = await new Promise<number>((resolve, reject) => {
        engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    const connected = jest.fn((warn: Warn) => typeof warn);
    const provider = { ...randomProvider(), connected };
    const request = new ProviderHandshakeRequest().setEngineAddress(`127.0.0.1:${port}`);
    await ask(provider, (client, answer) => client.handshake(request, answer));
    await connected.mock.calls[0]?.[0]("the cluster did not answer");
    expect(said).toEqual([[LogSeverity.WARNING, "the cluster did not answer"]]);
    engine.forceShutdown();
    // A message that cannot be delivered is no failure.
    await connected.mock.calls[0]?.[0]("once more");
});
