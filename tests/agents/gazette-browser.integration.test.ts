/** What a visitor does with the public page, in a real browser. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { embassyHome } from "../../command-line/paths";
import { chromiumProblem, openChromium } from "../support/chromium";
import { GAZETTE_NAME, RunningGazette } from "../support/gazette";

// Without a graphics card the browser draws with the processor, and two cores are soon busy.
jest.setTimeout(180_000);

const problem = chromiumProblem();
const ORIGIN = `https://${GAZETTE_NAME}`;
/** The folder of screenshots, which a person can look at. */
const PICTURES = join(embassyHome, "tests", "gazette");

(problem === undefined ? describe : describe.skip)(`in Chromium${problem === undefined ? "" : `: ${problem}`}`, () => {
    let gazette: RunningGazette;
    let browser: Browser;
    let page: Page;
    /** The browser's error messages, and its requests to other origins. */
    const complaints: string[] = [];
    const elsewhere: string[] = [];
    beforeAll(async () => {
        gazette = await RunningGazette.start();
        browser = await openChromium(GAZETTE_NAME, gazette.port, gazette.trusted);
        page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: "et" });
        page.on("console", (said) => complaints.push(said.text()));
        page.on("pageerror", ({ message }) => complaints.push(message));
        page.on("requestfailed", (request) =>
            complaints.push(`${request.url()}: ${request.failure()?.errorText ?? ""}`),
        );
        page.on("request", (request) => {
            if (new URL(request.url()).origin !== ORIGIN) {
                elsewhere.push(request.url());
            }
        });
        page.setDefaultTimeout(60_000);
        mkdirSync(PICTURES, { recursive: true });
    });
    afterAll(async () => {
        await browser.close();
        await gazette.stop();
    });
    /** Makes a screenshot. @returns all faults: what axe finds by WCAG 2.2 and good practice, and what the browser reports */
    async function look(name: string): Promise<string[]> {
        await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        return [
            ...complaints,
            ...elsewhere,
            ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
            ...(width > 360 ? [`is ${width} wide on a screen of 360`] : []),
        ];
    }

    it("a reader looks for an act and reads it, as of an instant", async () => {
        await page.goto(ORIGIN);
        expect(await page.title()).toBe("Eesti õigusaktid");
        expect(await look("list")).toEqual([]);
        await page.getByRole("searchbox", { name: "Pealkiri või avaldamismärge" }).fill("näidisseadus 10");
        await page.getByRole("button", { name: "Otsi" }).click();
        expect(await page.getByText("Leitud 1 akt.").count()).toBe(1);
        await page.getByRole("link", { name: "Näidisseadus 10" }).click();
        expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Näidisseadus 10");
        expect(await page.getByRole("heading", { name: "§ 1.", exact: true }).count()).toBe(1);
        expect(await page.getByRole("main").innerText()).toContain("(1) Näidisasutus");
        const banner = page.getByRole("banner");
        expect(await banner.innerText()).toContain("Koopia seisuga");
        expect(await banner.getByRole("time").getAttribute("datetime")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/);
        expect(await look("act")).toEqual([]);
    });

    it("and as it was on another day, by the keyboard", async () => {
        const oldest = page.getByRole("navigation", { name: "Redaktsioonid" }).getByRole("link").last();
        await oldest.focus();
        await page.keyboard.press("Enter");
        await page.waitForURL(/\?at=/);
        const at = new URL(page.url()).searchParams.get("at") ?? "";
        expect(await page.getByLabel("Päev").inputValue()).toBe(at);
        expect(await page.getByRole("main").getByRole("time").getAttribute("datetime")).toBe(at);
        await page.getByLabel("Päev").fill("2000-01-01");
        await page.getByRole("button", { name: "Näita" }).click();
        expect(await page.getByText("ei kehti").count()).toBe(1);
        expect(await look("not-in-force")).toEqual([]);
    });

    it("a browser that is not told of the edge's authority opens nothing", async () => {
        const stranger = await openChromium(GAZETTE_NAME, gazette.port, Buffer.from("another key"));
        const opened = (await stranger.newPage()).goto(ORIGIN);
        await expect(opened).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
        await stranger.close();
    });
});
