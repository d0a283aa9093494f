/** What a person does with a report's page, in a real browser. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import type { Report } from "../../preview/report";
import { html } from "../../preview/show/html";
import { embassyHome } from "../../command-line/paths";
import { chromiumProblem, openOffline } from "../support/chromium";
import { anyReport } from "./any-report";
import { exampleReport } from "./example";
import { reportOf } from "./fixture";
import { REGISTRIES, everyRegistry } from "./large";

// Without a graphics card the browser draws with the processor, and two cores are soon busy.
jest.setTimeout(300_000);

const problem = chromiumProblem();
const FOLDER = join(embassyHome, "tests", "preview");
const NARROW = 360;

(problem === undefined ? describe : describe.skip)(`in Chromium${problem === undefined ? "" : `: ${problem}`}`, () => {
    let browser: Browser;
    let page: Page;
    let example: Report;
    /** The browser's error messages, and its requests to others. */
    const complaints: string[] = [];
    beforeAll(async () => {
        mkdirSync(FOLDER, { recursive: true });
        example = await exampleReport();
        browser = await openOffline();
        page = await browser.newPage({ viewport: { width: NARROW, height: 740 } });
        page.on("console", (said) => complaints.push(said.text()));
        page.on("pageerror", ({ message }) => complaints.push(message));
        page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
        page.on("request", (request) => {
            if (!request.isNavigationRequest()) {
                complaints.push(`fetches ${request.url()}`);
            }
        });
    });
    afterAll(() => browser.close());

    async function open(report: Report, name = "report", pictures?: ReadonlyMap<string, string>): Promise<void> {
        const file = join(FOLDER, `${name}.html`);
        writeFileSync(file, html(report, pictures));
        await page.goto(pathToFileURL(file).href);
    }

    /** Unfolds everything. @returns what axe finds by WCAG 2.2 and good practice, and what is too wide */
    async function faults(): Promise<string[]> {
        await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        return [
            ...complaints,
            ...violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`)),
            ...(width > NARROW ? [`is ${width} wide on a screen of ${NARROW}`] : []),
        ];
    }

    it.each(["light", "dark"] as const)("everybody can read it, in %s", async (colorScheme) => {
        await page.emulateMedia({ colorScheme });
        for (const report of [
            example,
            reportOf(),
            reportOf(everyRegistry("one", REGISTRIES.slice(0, 30)), everyRegistry("two", REGISTRIES.slice(0, 3))),
        ]) {
            await open(report);
            await page.screenshot({ path: join(FOLDER, `${colorScheme}.png`), fullPage: true });
            expect(await faults()).toEqual([]);
        }
    });

    it("a picture with a style of its own is shown as it is", async () => {
        const svg = `<svg role="img" aria-label="a site" width="600" height="20"><style>.mark { fill: red; }</style><rect class="mark" width="600" height="20"/></svg>`;
        await open(example, "picture", new Map([["luxembourg", svg]]));
        expect(await page.evaluate("getComputedStyle(document.querySelector('.mark')).fill")).toBe("rgb(255, 0, 0)");
        expect(await faults()).toEqual([]);
    });

    it("by the keyboard: past what is above it, and what is folded is opened", async () => {
        await open(example);
        const focused = page.locator(":focus");
        await page.keyboard.press("Tab");
        expect(await focused.innerText()).toBe("To the report");
        expect((await focused.boundingBox())?.x).toBeGreaterThanOrEqual(0);
        await page.keyboard.press("Enter");
        await page.keyboard.press("Tab");
        expect(await page.evaluate("document.activeElement.tagName")).toBe("SUMMARY");
        expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
        await page.keyboard.press("Enter");
        expect(await page.locator("details[open]").count()).toBe(1);
        expect(complaints).toEqual([]);
    });

    it("the first that it tells is what is dangerous, and it tells of each object", async () => {
        await open(example);
        expect(await page.locator("main li").first().innerText()).toMatch(/^(deleted|replaced) /);
        await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
        const told = await page.locator("main").innerText();
        for (const { kind, name } of example.stacks.flatMap(({ objects }) => objects)) {
            expect(told).toContain(`${kind} ${name}`);
        }
    });

    it("whatever a name, a value or a message holds is shown, and nothing else comes of it", async () => {
        for (const report of fc.sample(anyReport, 30)) {
            await open(report, "any");
            const strange =
                "main :not(section, h2, h3, ul, li, strong, code, del, ins, details, summary, table, thead, tbody, tr, th, td)";
            expect(await page.locator(strange).count()).toBe(0);
            expect(await page.locator("script, img, iframe, [onerror]").count()).toBe(0);
        }
        expect(complaints).toEqual([]);
    });
});
