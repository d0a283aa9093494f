/** A preview on a machine that has neither a state nor a cluster, such as a CI runner. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateFile } from "../../../toolchain/cli/states";
import { Home } from "../../support/home";

jest.setTimeout(5 * 60_000);

let home: Home;
beforeEach(() => (home = new Home("empty-state")));
afterEach(() => home.remove());

/** The files that a later update, or a list of stacks, would find. */
function left(): string[] {
    return ["passphrase", "state/.pulumi", "throwaway"].filter((name) => {
        const path = join(home.path, name);
        return existsSync(path) && (name !== "throwaway" || readdirSync(path).length > 0);
    });
}

it.each(["tallinn", "luxembourg"])(
    "of %s creates all of it, says against what and that no server was asked",
    (stack) => {
        const { code, output } = home.pulumi("preview", "--stack", stack);
        expect({ code, output }).toMatchObject({ code: 0 });
        expect(output).toContain(`Stack ${stack} has no state, so it is previewed against an empty one`);
        expect(output).toMatch(/API server was asked nothing/);
        expect(output).toMatch(/\+ \d{3} to create/);
        expect(output).not.toMatch(/to update|to delete|Created stack/);
        expect(left()).toEqual([]);
    },
);

it("refuses what the stack file has wrong, and leaves nothing either", () => {
    const { code, output } = home.pulumi("preview", "--stack", "tallinn", "--config", "data-embassy:nonsense=1");
    expect(code).toBeGreaterThan(0);
    expect(output).toContain("data-embassy:nonsense");
    expect(left()).toEqual([]);
});

it.each([
    ["up", "--yes", "--skip-preview"],
    ["refresh", "--yes"],
    ["destroy", "--yes"],
])("is all that is let: %s of such a stack is refused", (...command) => {
    const { code, output } = home.pulumi(...command, "--stack", "luxembourg");
    expect(code).toBeGreaterThan(0);
    expect(output).toContain("no stack named 'luxembourg' found");
    expect(existsSync(join(home.path, "state", ".pulumi", "stacks"))).toBe(false);
});

describe("where a state may have been lost", () => {
    it("a site that does not answer keeps nobody from a preview, and from an update all the same", () => {
        const file = join(home.path, "kubeconfig");
        // Nothing listens at port 1: https://www.rfc-editor.org/rfc/rfc6335#section-6
        const cluster = { name: "gone", cluster: { server: "https://127.0.0.1:1" } };
        const context = { name: "tallinn", context: { cluster: "gone", user: "none" } };
        writeFileSync(
            file,
            JSON.stringify({ clusters: [cluster], contexts: [context], users: [{ name: "none", user: {} }] }),
        );
        const silent = home.with({ EMBASSY_KUBECONFIG: file });
        const { code, output } = silent.pulumi("preview", "--stack", "tallinn");
        expect({ code, output }).toMatchObject({ code: 0 });
        expect(output).toMatch(/API server was asked nothing/);
        const up = silent.pulumi("up", "--stack", "tallinn", "--yes", "--skip-preview");
        expect(up.code).toBeGreaterThan(0);
        expect(up.output).toContain("the API server of tallinn does not answer");
        expect(left()).toEqual([]);
    });

    it("a backup that tells of it keeps everybody from both", () => {
        const backup = `${stateFile("tallinn", home.path)}.bak`;
        mkdirSync(dirname(backup), { recursive: true });
        writeFileSync(
            backup,
            JSON.stringify({ version: 3, checkpoint: { latest: { resources: [{ type: "a:b:C" }] } } }),
        );
        for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
            const { code, output } = home.pulumi(...command, "--stack", "tallinn");
            expect(code).toBeGreaterThan(0);
            expect(output).toContain("is not there, and it is not made anew");
        }
    });
});
