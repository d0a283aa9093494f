import { withRunning } from "../../start/chosen-registries";
import { fitOf } from "../../start/fit";
import { projectText, wholeConfig } from "../../toolchain/cli/project-config";

const GIB = 2 ** 30;
const LAPTOP = { free: 7.2 * GIB, cores: 2 };
const ALL = 7;

describe("what a computer has room for", () => {
    it("is said where everything fits", () => {
        const { fits, says } = fitOf({ free: 22 * GIB, cores: 2 }, ALL, true);
        expect(fits).toBe(true);
        expect(says).toMatch(/^Both sites with 7 registries take up to .* 22\.0 GiB free, and 2 cores: that fits\.$/);
    });

    it("is offered where not everything does: a computer with 8 GiB has room for some registries", () => {
        const { fits, says } = fitOf(LAPTOP, ALL, true);
        expect(fits).toBe(false);
        const [, offered = ""] = /npm start -- --registries ([\w -]+)\.$/.exec(says) ?? [];
        expect(offered).not.toBe("");
        expect(fitOf(LAPTOP, offered.split(" ").length, true).fits).toBe(true);
    });

    it("is simulated nodes where no registry fits", () => {
        const { says } = fitOf({ free: 3 * GIB, cores: 1 }, ALL, true);
        expect(says).toMatch(/1 core\. .*--nodes simulated\.$/);
    });

    it("is nothing where not even these fit", () => {
        expect(fitOf({ free: GIB, cores: 1 }, ALL, true).says).toMatch(/more\.$/);
        expect(fitOf({ free: GIB, cores: 1 }, ALL, false).fits).toBe(false);
    });

    it.each([1, 2, 3, 4, 5, 6, 7])("is never less where fewer registries run: %d", (registries) => {
        const free = 5 * GIB;
        const more = fitOf({ free, cores: 2 }, registries, true).fits;
        expect(more && !fitOf({ free, cores: 2 }, registries - 1, true).fits).toBe(false);
    });
});

describe("the registries that a start is to run", () => {
    const project = projectText();
    const own = "config:\n  data-embassy:registries:\n    taxes: {members: 2, running: true}\n";
    const running = (text: string): string[] => {
        const registries = wholeConfig("", text)["data-embassy:registries"] as Record<string, { running: boolean }>;
        return Object.keys(registries).filter((name) => registries[name]?.running);
    };

    it("are declared in the project's file, of which nothing else changes", () => {
        const after = withRunning(project, ["taxes"]);
        expect(running(after)).toEqual(["taxes"]);
        expect(after.replaceAll("running: false", "running: true")).toBe(project);
    });

    it("are declared in a stack's own file where that has them", () => {
        expect(withRunning(own, ["land"])).toBe(own.replace("true", "false"));
    });

    it("are as they were where they are declared so already", () => {
        expect(withRunning(withRunning(project, ["land"]), ["land"])).toBe(withRunning(project, ["land"]));
    });
});
