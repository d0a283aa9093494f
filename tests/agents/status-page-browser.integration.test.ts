/** The status page as a person on duty sees it, in a real browser: on a telephone, in light and dark, and in both languages. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type Server, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser } from "playwright-core";
import { type Known, readingOf } from "../../agents/status-page/reading";
import { viewers, statusApp, statusServer } from "../../agents/status-page/server";
import { pinOf } from "../../infra/edge/allies";
import { embassyHome } from "../../command-line/paths";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { chromiumProblem, openChromium } from "../support/chromium";
import { secretFolder } from "../support/edge";
import { NOW, broken, healthy, rules } from "../support/status-page";

// Without a graphics card the browser draws with the processor, and two cores are soon busy.
jest.setTimeout(180_000);

const HOST = "status.luxembourg.embassy.internal";
const problem = chromiumProblem();
/** The folder of screenshots, which a person can look at. */
const PICTURES = join(embassyHome, "tests", "status-page");

const STATES: Readonly<Record<string, Known>> = {
    green: { reading: readingOf(healthy(), NOW), silent: undefined },
    amber: {
        reading: readingOf(
            healthy({
                rules: rules([
                    {
                        name: "MemberAway",
                        severity: "ticket",
                        stake: "database-11 of population is away: the next failure may stop the registry.",
                    },
                ]),
            }),
            NOW,
        ),
        silent: undefined,
    },
    red: {
        reading: readingOf(broken("a-name-that-is-long-enough-to-need-a-second-line-on-any-telephone"), NOW),
        silent: undefined,
    },
    silent: { reading: undefined, silent: { since: NOW, why: "" } },
};

(problem === undefined ? describe : describe.skip)(`in Chromium${problem === undefined ? "" : `: ${problem}`}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "status-page-"));
    let server: Server;
    let browser: Browser;
    let origin = "";
    let shown = STATES["green"] as Known;
    let person: { readonly cert: Buffer; readonly key: Buffer };
    beforeAll(async () => {
        // The program's log is not printed.
        jest.spyOn(process.stdout, "write").mockReturnValue(true);
        const authority = await issueAuthority({ commonName: "root" }, 1);
        const people = await issueAuthority({ commonName: "status page" }, 1);
        const served = await issueLeaf(authority, { commonName: "status-page", names: [HOST] }, 1);
        const duty = await issueLeaf(people, { commonName: "duty-1" }, 1);
        const certificate = pemBlock(duty, "CERTIFICATE");
        person = { cert: Buffer.from(certificate), key: Buffer.from(pemBlock(duty, "PRIVATE KEY")) };
        const publicKey = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" });
        const app = statusApp({
            site: "luxembourg",
            look: () => Promise.resolve(shown),
            viewer: viewers({ "duty-1": pinOf(String(publicKey)) }),
            now: () => NOW,
        });
        server = statusServer(
            app,
            secretFolder(join(folder, "server"), authority, served),
            pemBlock(people, "CERTIFICATE"),
        );
        await once(server.listen(0, "127.0.0.1"), "listening");
        const trusted = new X509Certificate(pemBlock(authority, "CERTIFICATE")).publicKey;
        const { port } = server.address() as AddressInfo;
        // The browser is handed the certificate by a proxy of its driver, which looks no name up.
        origin = `https://127.0.0.1:${port}`;
        browser = await openChromium(HOST, port, trusted.export({ type: "spki", format: "der" }));
        mkdirSync(PICTURES, { recursive: true });
    });
    afterAll(async () => {
        await browser.close();
        server.closeAllConnections();
        server.close();
        rmSync(folder, { recursive: true });
        jest.restoreAllMocks();
    });

    // Each state in both schemes, and in both languages.
    it.each(Object.keys(STATES).flatMap((state) => [[state, "light", "en"] as const, [state, "dark", "et"] as const]))(
        "%s, %s, %s: axe finds nothing, and it fits a telephone",
        async (state, scheme, language) => {
            shown = STATES[state] as Known;
            const context = await browser.newContext({
                viewport: { width: 360, height: 740 },
                colorScheme: scheme,
                clientCertificates: [{ origin, ...person }],
                ignoreHTTPSErrors: true,
            });
            const page = await context.newPage();
            const complaints: string[] = [];
            page.on("console", (said) => complaints.push(said.text()));
            page.on("pageerror", ({ message }) => complaints.push(message));
            const answer = await page.goto(`${origin}/${language}`);
            expect(answer?.status()).toBe(200);
            await page.screenshot({ path: join(PICTURES, `${state}-${scheme}-${language}.png`), fullPage: true });
            await page.evaluate(axe.source);
            const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
            expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
            expect(complaints).toEqual([]);
            expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
            await context.close();
        },
    );

    it("somebody without a certificate does not even connect", async () => {
        const asked = once(request(origin, { rejectUnauthorized: false }).end(), "response");
        await expect(asked).rejects.toMatchObject({ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" });
    });
});
