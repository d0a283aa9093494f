import * as fs from "node:fs";
import * as net from "node:net";
import { ensureFile } from "../../command-line/files";
import { SitePaths } from "../../lab/paths";
import { ensurePorts, portNames, refuseTakenPorts, rememberedPorts } from "../../lab/ports";
import { listeningInodes } from "../../lab/processes/port-holder";
import { removeTemporary, temporaryHome } from "../support/lab";

afterAll(removeTemporary);

async function listening(): Promise<{ port: number; close: () => void }> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as net.AddressInfo).port, close: () => server.close() };
}

test("ports are chosen once and kept", async () => {
    const paths = new SitePaths(temporaryHome(), "narva");
    const first = await ensurePorts(paths);
    expect(new Set(Object.values(first)).size).toBe(portNames.length);
    expect(await ensurePorts(paths)).toEqual(first);
    expect(fs.statSync(paths.ports).mode & 0o777).toBe(0o600);
});

test("two sites never get the same port, also at the same moment", async () => {
    const home = temporaryHome();
    const sites = ["narva", "tartu", "haapsalu"].map((site) => new SitePaths(home, site));
    const ports = (await Promise.all(sites.map((site) => ensurePorts(site)))).flatMap((chosen) =>
        Object.values(chosen),
    );
    expect(new Set(ports).size).toBe(sites.length * portNames.length);
});

test("new ports are other ports, and a damaged file is as none", async () => {
    const paths = new SitePaths(temporaryHome(), "narva");
    const first = Object.values(await ensurePorts(paths));
    const second = Object.values(await ensurePorts(paths, true));
    expect(second.filter((port) => first.includes(port))).toEqual([]);
    await ensureFile(paths.ports, '{ "etcd": ');
    expect(await rememberedPorts(paths)).toEqual({});
    expect(Object.keys(await ensurePorts(paths)).sort()).toEqual([...portNames].sort());
});

test("a port that is missing from the file is added, the others stay", async () => {
    const paths = new SitePaths(temporaryHome(), "narva");
    await ensureFile(paths.ports, '{ "etcd": 20500, "kwok": "x" }');
    const ports = await ensurePorts(paths);
    expect(ports.etcd).toBe(20500);
    expect(ports.kwok).toBeGreaterThan(1024);
});

test("a taken port is refused with site, part, port, holder and the way on", async () => {
    const { port, close } = await listening();
    const refusal = refuseTakenPorts("narva", { etcd: port }, ["etcd", "kwok"]);
    await expect(refusal).rejects.toThrow(
        new RegExp(`Port ${port} of narva/etcd is held by process ${process.pid} \\(.*\\)\\.\\n.*up narva --new-ports`),
    );
    close();
});

test("a port of a part that is not asked about is nobody's business", async () => {
    const { port, close } = await listening();
    await expect(refuseTakenPorts("narva", { etcd: port }, ["kwok"])).resolves.toBeUndefined();
    close();
});

test("only listening sockets of the very port count", () => {
    const table = [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:4E21 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1",
        "   1: 0100007F:4E21 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1",
        "   2: 0100007F:4E22 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1",
    ].join("\n");
    expect(listeningInodes(table, 0x4e21)).toEqual(["111"]);
});
