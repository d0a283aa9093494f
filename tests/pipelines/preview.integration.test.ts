/** The preview of a pull request is run on a clone, as a pipeline runs it. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { embassyHome } from "../../command-line/paths";
import { Clone } from "../support/clone";
import { lines } from "./files";

jest.setTimeout(120_000);

const root = join(embassyHome, "tests", `pipeline-${process.pid}`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("the preview of a pull request is made by the very line of the file, and its reports are where later steps take them from", () => {
    const clone = new Clone(root, "copied");
    const file = "Pulumi.yaml";
    const text = readFileSync(join(root, file), "utf8");
    clone.write(file, text.replace(/cpu: "2"/, 'cpu: "3"'));
    clone.commit("a registry has a processor more");
    const line = lines.find((each) => each.startsWith("npm run preview -- ")) ?? "";
    const environment = {
        ...process.env,
        EMBASSY_HOME: join(root, ".embassy"),
        CI_MERGE_REQUEST_DIFF_BASE_SHA: "HEAD^1",
    };
    const { status, stdout, stderr } = spawnSync("bash", ["-ec", line], {
        cwd: root,
        env: environment,
        encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const taken = [...lines.join("\n").matchAll(/\.embassy\/reports\/[\w.]+/g)].map(([path]) => path);
    const named = [...taken, "report.sarif", "report.junit.xml"].map((path) =>
        path.replace(/^\.embassy\/reports\//, ""),
    );
    expect(named.filter((name) => !existsSync(join(root, ".embassy", "reports", name)))).toEqual([]);
    expect(readFileSync(join(root, ".embassy", "reports", "report.md"), "utf8")).toMatch(/tallinn/);
    expect(stdout).toMatch(/tallinn/);
});
