import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addOthers, withThrowaway } from "../../../toolchain/cli/throwaway";

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "throwaway-"))));
afterEach(() => rmSync(home, { recursive: true }));

test("a back end of its own is its owner's alone, and gone after a failure too", async () => {
    const mode = await withThrowaway(({ folder }) => Promise.resolve(statSync(folder).mode & 0o777), home);
    expect(mode).toBe(0o700);
    await expect(withThrowaway(() => Promise.reject(new Error("broken")), home)).rejects.toThrow("broken");
    expect(readdirSync(join(home, "throwaway"))).toEqual([]);
});

test("what a killed run left is removed by the next, and that of one that still runs is not", async () => {
    const [left, used] = [`${2 ** 22 + 1}-left`, `${process.pid}-used`].map((name) => join(home, "throwaway", name));
    [left, used].forEach((folder) => mkdirSync(String(folder), { recursive: true }));
    await withThrowaway(() => Promise.resolve(), home);
    expect([left, used].map((folder) => existsSync(String(folder)))).toEqual([false, true]);
});

test("has the others' states, and of those without one that nothing is known", async () => {
    const states = join(home, "states");
    mkdirSync(states);
    writeFileSync(join(states, "tallinn.json"), "as it is");
    await withThrowaway((throwaway) => {
        const found = addOthers(throwaway, "luxembourg", ["luxembourg", "restore", "tallinn"], states);
        expect(found).toEqual({ known: ["tallinn"], unknown: ["restore"] });
        expect(readFileSync(throwaway.stateFile("tallinn"), "utf8")).toBe("as it is");
        expect(readFileSync(throwaway.stateFile("restore"), "utf8")).toContain('"crossStackSecrets":"04da6b54-');
        expect(existsSync(throwaway.stateFile("luxembourg"))).toBe(false);
        return Promise.resolve();
    }, home);
});
