/** Starts a program of the edge with the environment that the site declares, and databases with the access rules of a registry's members. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fromEnvironment } from "../../data/environment";
import { load } from "../../data/load";
import type { Registry } from "../../data/registries";
import { bundleAgents } from "../../images/agent-bundle";
import { parseConfig } from "../../infra/site/config";
import { memberName, planDatabase } from "../../infra/registries/plan-database";
import { localConfiguration } from "../../infra/registries/postgres/patroni";
import { registryNamespace } from "../../infra/conventions/names";
import { issueLeaf, pemBlock } from "../../credentials/certificates";
import { repoRoot } from "../../command-line/paths";
import { Postgres, serverFile } from "./postgres";
import { renderStack } from "./render";
import { setUp } from "./setup";
import { stackValues } from "./stacks";

const silent = { update: () => undefined, end: () => undefined };

export interface Pair {
    readonly primary: Postgres;
    /** The standby, which accepts connections on 127.0.0.1. */
    readonly standby: Postgres;
}

/**
 * Starts a registry's primary with data, and a standby that follows it.
 * @param folder for keys
 * @param root authority behind all certificates, PEM with its key
 * @param port of the standby
 */
export async function startPair(registry: Registry, folder: string, root: string, port: number): Promise<Pair> {
    const config = parseConfig("luxembourg", stackValues("luxembourg"));
    const plan = planDatabase(registry, registryNamespace(registry), config);
    const { postgresql } = localConfiguration(plan) as { postgresql: Record<"pg_hba" | "pg_ident", string[]> };
    const pem = await issueLeaf(root, { commonName: memberName(registry), names: ["localhost"] }, 1);
    const file = (name: string, ...lines: string[]): string => serverFile(folder, name, `${lines.join("\n")}\n`);
    const primary = await Postgres.start({
        fsync: "off",
        ssl_ca_file: file("ca.crt", pemBlock(root, "CERTIFICATE")),
        ssl_cert_file: file("server.crt", pemBlock(pem, "CERTIFICATE")),
        ssl_key_file: file("server.key", pemBlock(pem, "PRIVATE KEY")),
        // The test's superuser may connect through the socket.
        hba_file: file("hba.conf", "local all embassy trust", "local replication embassy trust", ...postgresql.pg_hba),
        ident_file: file("ident.conf", ...postgresql.pg_ident),
    });
    await setUp(primary, plan);
    const database = fromEnvironment(primary.environment(plan.database));
    await load(database, registry, { seed: 1, people: 500, replace: false, progress: silent });
    const standby = await primary.standby({ listen_addresses: "127.0.0.1", port: String(port), ssl: "on" });
    return { primary, standby };
}

/**
 * Starts an agent's program with the environment that its container declares, except for the variables in `here`.
 * @param deployment name of its resource
 * @param here values that replace declared ones, such as paths
 */
export async function startDeclared(
    agent: string,
    deployment: string,
    folder: string,
    here: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
    const declared = await declaredEnvironment(deployment);
    expect(Object.keys(declared)).toEqual(expect.arrayContaining(Object.keys(here)));
    const file = join(folder, `${agent}.cjs`);
    writeFileSync(file, (await bundleAgents([agent])).of(agent).content);
    const started = spawn(join(repoRoot, "node_modules", ".bin", "node"), [file], {
        cwd: "/",
        env: { ...declared, ...here },
        stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(started.stdout), "line")) as [string];
    expect(JSON.parse(line)).toMatchObject({ message: "listens" });
    return started;
}

async function declaredEnvironment(deployment: string): Promise<Record<string, string>> {
    type Pod = { template: { spec: { containers: { env: { name: string; value: string }[] }[] } } };
    const server = (await renderStack("luxembourg")).find(({ name }) => name === deployment);
    const [container] = (server?.inputs["spec"] as Pod).template.spec.containers;
    return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}

/** Writes a folder like the mount of a TLS Secret. @returns its path */
export function secretFolder(path: string, authority: string, pem: string): string {
    mkdirSync(path);
    const files = {
        "ca.crt": pemBlock(authority, "CERTIFICATE"),
        "tls.crt": pemBlock(pem, "CERTIFICATE"),
        "tls.key": pemBlock(pem, "PRIVATE KEY"),
    };
    for (const [file, content] of Object.entries(files)) {
        writeFileSync(join(path, file), content, { mode: 0o600 });
    }
    return path;
}
