import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "../../toolchain/transpiled";

const home = mkdtempSync(join(tmpdir(), "transpiled-"));
afterAll(() => {
    rmSync(home, { recursive: true });
});

/** Plays one run of a program. It records what had to be transformed. */
function run(folder: string, version = "1"): { transform: ReturnType<typeof cached>; transformed: string[] } {
    const transformed: string[] = [];
    const transform = cached(
        (code) => {
            transformed.push(code);
            return { code: code.toUpperCase() };
        },
        version,
        join(folder, "node"),
    );
    return { transform, transformed };
}

describe("files without their types", () => {
    it("are made once for all runs", () => {
        const folder = join(home, "once");
        expect(run(folder).transform("a", {})).toEqual({ code: "A" });
        const second = run(folder);
        expect(second.transform("a", {})).toEqual({ code: "A" });
        expect(second.transformed).toEqual([]);
    });

    it("are made again for another text, other options and another Sucrase", () => {
        const folder = join(home, "again");
        run(folder).transform("a", {});
        const second = run(folder);
        second.transform("b", {});
        second.transform("a", { filePath: "elsewhere.ts" });
        expect(second.transformed).toEqual(["b", "a"]);
        const upgraded = run(folder, "2");
        upgraded.transform("a", {});
        expect(upgraded.transformed).toEqual(["a"]);
    });

    it("are made at each run where they cannot be kept", () => {
        const file = join(home, "a-file");
        writeFileSync(file, "");
        chmodSync(file, 0o400);
        expect(run(join(file, "folder")).transform("a", {})).toEqual({ code: "A" });
    });
});
