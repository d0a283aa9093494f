import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../../command-line/paths";
import { stackConfig } from "../../../toolchain/cli/stack-config";
import { stackFile } from "../../../toolchain/cli/stack-file";
import { removeTemporary, temporaryHome } from "../../support/lab";

afterEach(removeTemporary);

describe("a stack's configuration", () => {
    const text = readFileSync(stackFile("tallinn", repoRoot), "utf8");

    it("is that of the file as it is now, and not of what was read before", () => {
        const folder = temporaryHome();
        const file = join(folder, "Pulumi.tallinn.yaml");
        writeFileSync(file, text);
        const before = stackConfig("tallinn", folder);
        expect(stackConfig("tallinn", folder)).toBe(before);
        writeFileSync(file, text.replace("context: tallinn", "context: elsewhere"));
        expect(stackConfig("tallinn", folder).site.context).toBe("elsewhere");
        expect(stackConfig("tallinn", repoRoot)).toEqual(before);
        writeFileSync(file, text.replace("role: primary", "role: both"));
        expect(() => stackConfig("tallinn", folder)).toThrow(/role/);
    });
});
