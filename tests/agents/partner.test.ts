/** Which certificates lease agents of two sites take for each other's: those that the declared plan gives to them, and no others. */
import dns from "node:dns";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaseServer, sendReport } from "../../agents/lease-agent/partner";
import type { Report } from "../../agents/lease-agent/record";
import { issueAuthority, issueLeaf } from "../../credentials/certificates";
import {
    backupName,
    leaseName,
    memberName,
    ownerName,
    partnerNames,
    planDatabase,
} from "../../infra/registries/plan-database";
import { EDGE_API_ROLE } from "../../infra/registries/roles";
import { parseConfig } from "../../infra/site/config";
import { secretFolder } from "../support/edge";
import { stackValues } from "../support/stacks";

const REPORT: Report = {
    member: "database-0",
    asks: true,
    fenced: true,
    writing: true,
    ended: false,
    lsn: 1,
    at: 1,
    waits: false,
};
const GRANTED = { granted: 10 };

/** The database of land in a site, in a pair that goes over from a release in which lease agents had no certificate of their own, or not. */
function planOf(site: string, formerLeaseAgents?: boolean): ReturnType<typeof planDatabase> {
    const config = parseConfig(site, stackValues(site));
    return planDatabase("land", "registry-land", {
        ...config,
        replication: { ...config.replication, formerLeaseAgents },
    });
}

interface Shown {
    readonly commonName: string;
    readonly names?: readonly string[];
}

const { host } = planOf("luxembourg").lease;
/** What a lease agent shows, and what it has shown before it had a certificate of its own. */
const OWN: Shown = { commonName: leaseName("land"), names: [host] };
const FORMER: Shown = { commonName: memberName("land"), names: planOf("luxembourg", true).dnsNames };

let folder: string;
let authority: string;
let server: Server | undefined;
beforeAll(async () => {
    authority = await issueAuthority({ commonName: "site" }, 1);
});
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "partner-"));
    // Every name is of this machine, so that a client connects by the declared one, and compares it with the certificate's.
    jest.spyOn(dns, "lookup").mockImplementation(((...[, options, callback]: Parameters<LookupFunction>) => {
        if (options.all === true) {
            callback(null, [{ address: "127.0.0.1", family: 4 }]);
        } else {
            callback(null, "127.0.0.1", 4);
        }
    }) as typeof dns.lookup);
});
afterEach(() => {
    jest.restoreAllMocks();
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true });
});

async function keys(name: string, shown: Shown, by = authority): Promise<string> {
    return secretFolder(join(folder, name), by, await issueLeaf(by, shown, 1));
}

/** What a client is told by the lease agent of the other site. @param formerly whether that one is declared to let former ones in */
async function told(client: Shown, { shows = OWN, formerly = false } = {}): Promise<unknown> {
    const names = partnerNames(planOf("luxembourg", formerly));
    server = leaseServer(await keys("server", shows), names, () => Promise.resolve(GRANTED));
    await once(server.listen(0, "127.0.0.1"), "listening");
    return sendReport(host, (server.address() as AddressInfo).port, await keys("client", client), REPORT);
}

const OTHERS: readonly [string, Shown][] = [
    ["a member of its registry", { commonName: memberName("land"), names: planOf("tallinn").dnsNames }],
    ["the lease agent of another registry", { commonName: leaseName("taxes"), names: [host.replace("land", "taxes")] }],
    ["the Jobs that back its registry up", { commonName: backupName("land") }],
    ["its registry's owner", { commonName: ownerName("land") }],
    ["the edge", { commonName: EDGE_API_ROLE }],
    ["who has the name in part", { commonName: `${leaseName("land")}s` }],
];

describe("a lease", () => {
    it("is granted to the other site's lease agents", async () => {
        expect(await told(OWN)).toEqual(GRANTED);
    });

    it.each(OTHERS)("is not granted to %s", async (_, client) => {
        expect(await told(client)).toEqual({ refused: "lets lease.land report, and nothing else" });
    });

    it.each(OTHERS)("is not taken from %s, in the other site's place", async (_, shows) => {
        await expect(told(OWN, { shows })).rejects.toThrow(
            /does not match certificate's altnames|no.*altnames|unsuitable/,
        );
    });
});

describe("a pair of which one site has lease agents of a former release", () => {
    it("has a lease, whichever site that is, where it is declared for this time", async () => {
        expect(await told(FORMER, { formerly: true })).toEqual(GRANTED);
        server?.close();
        rmSync(join(folder, "server"), { recursive: true });
        rmSync(join(folder, "client"), { recursive: true });
        expect(await told(OWN, { shows: FORMER, formerly: true })).toEqual(GRANTED);
    });

    it("has none where it is not", async () => {
        expect(await told(FORMER)).toHaveProperty("refused");
    });
});
