import { type AddressInfo, type Server, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { repoRoot } from "../../../command-line/paths";
import { startOpener } from "../../../lab/nodes/entrance";

const OPENER = [process.execPath, "--no-warnings", join(repoRoot, "lab/nodes/opener.ts"), "record"];
const PATIENCE = 20_000;
const servers: Server[] = [];

afterEach(() => {
    servers.splice(0).forEach((server) => server.close());
});

/** A server that speaks first, and then answers in capitals. @returns its port */
async function shouter(): Promise<number> {
    const server = createServer((socket) => {
        socket.write("who? ");
        socket.once("data", (data) => socket.end(data.toString().toUpperCase()));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
}

describe("what opens connections in another network", () => {
    it("hands over as many as it is asked for, side by side, with all that the server says", async () => {
        const open = startOpener(OPENER, () => undefined);
        const port = await shouter();
        const sockets = await Promise.all(
            ["one", "two", "three"].map(async (word) => {
                const socket = await open({ host: "127.0.0.1", port }, PATIENCE);
                socket.write(word);
                return text(socket);
            }),
        );
        expect(sockets).toEqual(["who? ONE", "who? TWO", "who? THREE"]);
    });

    it("says why it cannot, and goes on", async () => {
        const open = startOpener(OPENER, () => undefined);
        await expect(open({ host: "127.0.0.1", port: 1 }, PATIENCE)).rejects.toMatchObject({
            code: "ECONNREFUSED",
            message: expect.stringContaining("ECONNREFUSED 127.0.0.1:1") as string,
        });
        const socket = await open({ host: "127.0.0.1", port: await shouter() }, PATIENCE);
        socket.end("hello");
        expect(await text(socket)).toBe("who? HELLO");
    });

    it("is replaced where it ended, and its last words are the reason", async () => {
        const ended = jest.fn();
        const open = startOpener(["sh", "-c", "echo there is no such network >&2; exit 1"], ended);
        const refusal = { code: "ECONNREFUSED", message: "there is no such network" };
        await expect(open({ host: "127.0.0.1", port: 1 }, PATIENCE)).rejects.toMatchObject(refusal);
        expect(ended).toHaveBeenCalledTimes(1);
    });

    it("is not waited for longer than was said", async () => {
        const open = startOpener(["sleep", "5"], () => undefined);
        await expect(open({ host: "127.0.0.1", port: 1 }, 1)).rejects.toThrow("127.0.0.1 does not answer");
    });
});
