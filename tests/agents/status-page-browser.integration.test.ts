/** The status page as a person on duty sees it, in a real browser: on a telephone, in light and dark, and in both languages. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser } from "playwright-core";
import { type Known, readingOf } from "../../agents/status-page/reading";
import { embassyHome } from "../../command-line/paths";
import { chromiumProblem, openChromium } from "../support/chromium";
import { NOW, broken, healthy, rules } from "../support/status-page";
import { StatusServer } from "../support/status-server";

// Without a graphics card the browser draws with the processor, and two cores are soon busy.
jest.setTimeout(180_000);

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
    let server: StatusServer;
    let browser: Browser;
    let origin = "";
    let shown = STATES["green"] as Known;
    beforeAll(async () => {
        server = await StatusServer.start(() => shown);
        const trusted = new X509Certificate(server.authority).publicKey;
        // The browser is handed the certificate by a proxy of its driver, which looks no name up.
        origin = `https://127.0.0.1:${server.port}`;
        browser = await openChromium(server.host, server.port, trusted.export({ type: "spki", format: "der" }));
        mkdirSync(PICTURES, { recursive: true });
    });
    afterAll(async () => {
        await browser.close();
        server.stop();
    });

    // Each state in both schemes, and in both languages.
    it.each(Object.keys(STATES).flatMap((state) => [[state, "light", "en"] as const, [state, "dark", "et"] as const]))(
        "%s, %s, %s: axe finds nothing, and it fits a telephone",
        async (state, scheme, language) => {
            shown = STATES[state] as Known;
            const context = await browser.newContext({
                viewport: { width: 360, height: 740 },
                colorScheme: scheme,
                clientCertificates: [
                    { origin, cert: Buffer.from(server.viewer.cert), key: Buffer.from(server.viewer.key) },
                ],
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
