import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseOf } from "../../data/connect";
import { siteLag } from "../../data/lag";
import { SiteApi, type SiteState } from "../support/site-api";

let folder: string;
let apis: SiteApi[];
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "site-"));
    apis = [];
});
afterEach(async () => {
    await Promise.all(apis.map((api) => api.stop()));
    rmSync(folder, { recursive: true });
});

const PEM = { "ca.crt": "", "tls.crt": "", "tls.key": "" };
const MEMBERS = { "database-0": 1, "database-1": 1 };
const WHOLE: SiteState = { secret: PEM, labelled: ["database-0"], leader: "database-0", members: MEMBERS };

/** The error of a connection to the registry in Tallinn, with the site in this state. */
async function refusal(state: Partial<SiteState>): Promise<string> {
    const api = await SiteApi.start("registry-population", { ...WHOLE, ...state });
    apis.push(api);
    const kubeconfig = api.kubeconfig(folder, "tallinn");
    return told({ EMBASSY_KUBECONFIG: kubeconfig });
}

async function told(environment: Record<string, string>): Promise<string> {
    const connected = databaseOf("population", "tallinn", environment).connect({ answerWithin: 1000 });
    return connected.then(
        () => "connected",
        (error: unknown) => (error as Error).message,
    );
}

describe("the database of a site", () => {
    it("is refused where there is no such site", () => {
        expect(() => databaseOf("population", "narva", {})).toThrow(/no site "narva".*Sites are luxembourg, /);
    });

    it("is refused where the site was never up", async () => {
        const missing = join(folder, "kubeconfig");
        expect(await told({ EMBASSY_KUBECONFIG: missing })).toBe(
            `The site tallinn has no kubeconfig ${missing}. Bring it up with npm start, or name a real site's with EMBASSY_KUBECONFIG.`,
        );
    });

    it("is refused where the kubeconfig is of another site", async () => {
        const api = await SiteApi.start("registry-population", WHOLE);
        apis.push(api);
        const message = await told({ EMBASSY_KUBECONFIG: api.kubeconfig(folder, "luxembourg") });
        expect(message).toMatch(/has no context "tallinn".*luxembourg/);
    });

    it("is refused where the API server is down", async () => {
        const api = await SiteApi.start("registry-population", WHOLE);
        const kubeconfig = api.kubeconfig(folder, "tallinn");
        await api.stop();
        expect(await told({ EMBASSY_KUBECONFIG: kubeconfig })).toMatch(
            /^population in tallinn cannot be reached: the API server http:.*: connect ECONNREFUSED .*lab -- status tallinn$/,
        );
    });

    it("is refused in the words of an API server that refuses", async () => {
        expect(await refusal({ refusal: 403 })).toBe(
            "population in tallinn: the API server of tallinn refuses: refused by the test",
        );
    });

    it("is refused where nothing was declared", async () => {
        expect(await refusal({ secret: undefined })).toMatch(
            /^tallinn has no Secret registry-population\/database-owner-tls.*pulumi -- up -s tallinn$/,
        );
    });

    it("is refused where it is not to run", async () => {
        expect(await refusal({ members: {} })).toMatch(
            /^population does not run in tallinn: .*set data-embassy:registries\.population\.running to true in Pulumi\.yaml, .*or in Pulumi\.tallinn\.yaml/,
        );
    });

    it.each([
        ["no member holds the lock", { leader: undefined }],
        ["the one that holds it is not promoted yet", { leader: "database-1" }],
        ["the one that held it is gone", { leader: "database-2", labelled: ["database-2"] }],
    ])("is refused where %s", async (_, state) => {
        expect(await refusal(state)).toMatch(
            /no leader in tallinn at the moment \(database-0 Running, database-1 Running\)/,
        );
    });

    it("is that of the member that holds the lock, where a lost one still bears the leader's label", async () => {
        expect(await refusal({ labelled: ["database-0", "database-1"], leader: "database-1" })).toMatch(
            /^population in tallinn cannot be reached: failed to connect: connect ECONNREFUSED 127\.0\.0\.1:1\. See/,
        );
    });
});

it("has a lag in no site but a standby", () => {
    expect(() => siteLag("population", "tallinn", 1)).toThrow("tallinn is primary, and follows nobody");
});
