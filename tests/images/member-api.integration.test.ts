/** Who may change something through a member's API, which is Patroni's own as images/postgres/member.py starts it. */
import { type RequestOptions, request } from "node:https";
import { POSTGRES } from "../../infra/conventions/users";
import { backupName, leaseName, memberName, ownerName } from "../../infra/registries/plan-database";
import { localConfiguration } from "../../infra/registries/postgres/patroni";
import { PROGRAM } from "../../infra/conventions/programs";
import { EDGE_API_ROLE } from "../../infra/registries/roles";
import { freePorts } from "../support/apiserver";
import { type Pair, issued } from "../support/certificates";
import { PostgresImage, describeAsRoot, memberScript, plan, scriptOf } from "../support/postgres-image";

let image: PostgresImage;

describeAsRoot("a member's API", () => {
    let port: number;
    /** Requests that change something, such as `POST /reload`. */
    let changes: string[];
    beforeAll(async () => {
        image = await PostgresImage.create();
        [port = 0] = await freePorts(1);
        const { restapi } = localConfiguration(plan) as { restapi: Record<string, unknown> };
        const configuration = JSON.stringify({ ...restapi, listen: `127.0.0.1:${port}` });
        // The API has the declared configuration, and a mocked member that accepts everything.
        const code = memberScript(
            "import json",
            "from unittest.mock import MagicMock",
            "from patroni.api import RestApiServer",
            `member.admit('${memberName("land")}', '${leaseName("land")}')`,
            `server = RestApiServer(MagicMock(), json.loads('${configuration}'))`,
            "server.start()",
            "print(*(name for name in dir(server.RequestHandlerClass) if name.startswith('do_')), flush=True)",
            "server.join()",
        );
        const line = await image.said(/^do_/, "python3", "-c", code);
        changes = line
            .split(" ")
            .map((name) => name.split("_").slice(1))
            .filter(([verb = "", path]) => path !== undefined && !["GET", "HEAD", "OPTIONS"].includes(verb))
            .map(([verb = "", ...path]) => `${verb} /${path.join("_")}`);
    }, 600_000);
    afterAll(() => image.remove());

    /** Sends a request. @param shown the client's certificate @returns the answer's status */
    function asked(change: string, shown?: Pair): Promise<number | undefined> {
        const [method = "", path = ""] = change.split(" ");
        const options: RequestOptions = {
            ...(shown && { key: shown.key, cert: shown.certificate }),
            ca: image.authority.certificate,
            servername: plan.dnsNames[0] ?? "",
            host: "127.0.0.1",
            port,
            method,
            path,
            agent: false,
        };
        return new Promise((resolve, reject) => {
            request(options, (response) => {
                response.resume();
                resolve(response.statusCode);
            })
                .once("error", reject)
                .end();
        });
    }

    it("has the changes that Patroni's documentation names", () => {
        const known = ["POST /reload", "POST /restart", "POST /switchover", "POST /failover", "POST /reinitialize"];
        expect(changes).toEqual(expect.arrayContaining([...known, "PATCH /config", "PUT /config", "DELETE /restart"]));
    });

    it.each([
        ["a member of another registry", memberName("taxes")],
        ["the lease agent of another registry", leaseName("taxes")],
        ["the Jobs that back its registry up", backupName("land")],
        ["its registry's owner", ownerName("land")],
        ["the edge", EDGE_API_ROLE],
        ["who has the name in part", `${memberName("land")}s`],
    ])("lets %s change nothing", async (_, commonName) => {
        const shown = await issued({ commonName, dnsNames: [], by: image.authority });
        for (const change of changes) {
            expect([change, await asked(change, shown)]).toEqual([change, 403]);
        }
    });

    it("lets its registry's lease agents have it be made anew, and nothing else", async () => {
        const shown = await issued({ commonName: leaseName("land"), dnsNames: [], by: image.authority });
        const own = ["POST /reinitialize"];
        expect(changes).toEqual(expect.arrayContaining(own));
        for (const change of changes) {
            expect([change, (await asked(change, shown)) === 403]).toEqual([change, !own.includes(change)]);
        }
    });

    it("lets nobody change anything without a certificate, and tells kubelets how it is", async () => {
        for (const change of changes) {
            expect([change, await asked(change)]).toEqual([change, 403]);
        }
        expect(await asked("GET /config")).toBe(200);
    });

    it("has no handshake with a member of another authority", async () => {
        const other = await issued({ commonName: "authority" });
        const shown = await issued({ commonName: memberName("land"), dnsNames: [], by: other });
        await expect(asked("POST /reload", shown)).rejects.toThrow(/unknown ca|ECONNRESET|socket hang up/);
    });

    it("lets its own registry's members", async () => {
        const shown = await issued({ commonName: memberName("land"), dnsNames: [], by: image.authority });
        expect(await asked("POST /reload", shown)).toBe(202);
    });

    describe("before the member is ended", () => {
        const LEADS = "('primary', 200, '')";
        const FOLLOWED = `('cluster', 200, '{"members": [{"name": "one", "state": "running"}, {"name": "two", "state": "streaming"}]}')`;
        const ALONE = `('cluster', 200, '{"members": [{"name": "one", "state": "running"}, {"name": "two", "state": "stopped"}]}')`;
        const REFUSES = "('switchover', 412, 'can not find sync_standby')";

        /** Hands over from the member `one`. Each pause takes a second. @param answers as Python: path, status and text of each, in order; the last ones are repeated @returns the requests */
        function handOver(...answers: readonly string[]): string {
            const code = scriptOf(
                PROGRAM.handOver,
                `answers, asked, clock = [${answers.join(", ")}], [], [0]`,
                "def ask(method, path, body):",
                "    path_, status, text = next(each for each in answers if each[0] == path)",
                "    if sum(each[0] == path for each in answers) > 1: answers.remove((path_, status, text))",
                "    asked.append(method + ' ' + path)",
                "    return status, text",
                "def sleep(_): clock[0] += 1",
                "hand_over.hand_over(ask, 'one', lambda: clock[0], sleep)",
                "print(*asked, sep='\\n')",
            );
            return image.run(POSTGRES, "python3", "-c", code);
        }
        const asked = (output: string): string[] => output.trim().split("\n");
        const round = ["GET primary", "GET cluster", "POST switchover"];

        it("asks for a switchover until Patroni has found who has every commit", () => {
            expect(asked(handOver(LEADS, FOLLOWED, REFUSES, "('switchover', 200, '')"))).toEqual([...round, ...round]);
        });

        it("asks for none where the member does not lead, or no other one runs", () => {
            expect(asked(handOver("('primary', 503, '')"))).toEqual(["GET primary"]);
            expect(asked(handOver(LEADS, ALONE))).toEqual(["GET primary", "GET cluster"]);
        });

        it("gives up in time, with Patroni's reason", () => {
            expect(() => handOver(LEADS, FOLLOWED, REFUSES)).toThrow(/within 45 s: can not find sync_standby/);
        });
    });

    it("takes no certificate whose time is over, as a resumed session has it", () => {
        const shown =
            "{'subject': ((('commonName', 'x'),),), 'notBefore': 'Jan  1 00:00:00 2026 GMT', 'notAfter': 'Jan  2 00:00:00 2026 GMT'}";
        const times = "[1767225599, 1767225600, 1767311999, 1767312000]";
        const said = image.run(
            POSTGRES,
            "python3",
            "-c",
            memberScript(`print([member.is_member(${shown}, 'x', at) for at in ${times}])`),
        );
        expect(said.trim()).toBe("[False, True, True, False]");
    });
});
