import { once } from "node:events";
import { type Server, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { refuseWrongClock, timeAt } from "../../custody/clock";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";

const at = (time: string): Date => new Date(`2026-03-01T${time}:00Z`);

describe("a certificate for who breaks the glass", () => {
    it.each([
        ["the site's API server has the same time", at("12:03"), undefined],
        ["the site is silent, and the custodians' watches have the same time", undefined, at("11:57")],
        ["the site has the same time, whatever is said of watches", at("12:00"), at("15:00")],
    ])("is signed where %s", (_, there, agreed) => {
        expect(() => refuseWrongClock(at("12:00"), there, agreed)).not.toThrow();
    });

    it.each([
        [
            "the clock here is ahead of the site's",
            at("11:50"),
            undefined,
            /^The clock here says .*, and the site's API server has /,
        ],
        [
            "the clock here is behind the site's",
            at("12:10"),
            at("12:00"),
            /^The clock here says .*Set this machine's clock/,
        ],
        ["the site is silent, and the watches say otherwise", undefined, at("13:00"), /and --now is 2026-03-01T13:00/],
        ["nobody can tell", undefined, undefined, /^The site's API server does not answer, .*: --now/],
    ])("is not signed where %s", (_, there, agreed, refusal) => {
        expect(() => refuseWrongClock(at("12:00"), there, agreed)).toThrow(refusal);
    });
});

describe("the time that a server has", () => {
    let server: Server;
    let authority: string;
    let address: string;
    beforeAll(async () => {
        authority = await issueAuthority({ commonName: "site" }, 1);
        const pem = await issueLeaf(authority, { commonName: "api", names: ["127.0.0.1"] }, 1);
        const keys = { key: pemBlock(pem, "PRIVATE KEY"), cert: pemBlock(pem, "CERTIFICATE") };
        // The client is refused, but the answer still has the time.
        server = createServer(keys, (_, response) =>
            response.writeHead(401, { date: at("12:00").toUTCString() }).end(),
        );
        await once(server.listen(0, "127.0.0.1"), "listening");
        address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => server.close());

    it("is taken from the site's own alone", async () => {
        expect(await timeAt(address, pemBlock(authority, "CERTIFICATE"))).toEqual(at("12:00"));
        const another = await issueAuthority({ commonName: "site" }, 1);
        expect(await timeAt(address, pemBlock(another, "CERTIFICATE"))).toBeUndefined();
    });
});
