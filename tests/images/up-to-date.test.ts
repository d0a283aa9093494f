/** Whether an image is up to date is asked at every start of a site, so it must cost no bundle, and miss no change. */
import { relative } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { buildImages } from "../../images/build";
import type { Image } from "../../images/declaration";
import { programsKey } from "../../images/programs";
import { Folder, image } from "./fixture";

const esbuild = jest.requireActual<typeof import("esbuild")>("esbuild");
const bundled = jest.fn(esbuild.build);
// It is imported only when there is something to bundle.
jest.doMock("esbuild", () => ({ ...esbuild, build: bundled }));

const GATE: Image = { ...image, packages: [], programs: [{ agent: "gate", path: "/usr/lib/gate.js" }] };

let folder: Folder;
beforeEach(() => {
    folder = new Folder();
});
afterEach(() => folder.remove());

it("is told without a bundle, once an image with agents is there", async () => {
    const build = (): Promise<string[]> =>
        buildImages({ images: [GATE], home: folder.path }).then((built) => built.map(({ outcome }) => outcome));
    expect(await build()).toEqual(["built"]);
    expect(bundled).toHaveBeenCalledTimes(1);
    expect(await build()).toEqual(["cached"]);
    expect(bundled).toHaveBeenCalledTimes(1);
});

it.each([
    ["that has another content", (file: string) => folder.file(file, "2")],
    ["that is gone", () => folder.remove()],
])("is not said of a bundle with a source %s", (_, change) => {
    const source = relative(repoRoot, folder.file("source.ts", "1"));
    const before = programsKey(GATE, [source]);
    expect(programsKey(GATE, [source])).toBe(before);
    change("source.ts");
    expect(programsKey(GATE, [source])).not.toBe(before);
});

it("is not said of a bundle of another agent", () => {
    const other: Image = { ...GATE, programs: [{ agent: "purger", path: "/usr/lib/gate.js" }] };
    expect(programsKey(other, ["agents/settings.ts"])).not.toBe(programsKey(GATE, ["agents/settings.ts"]));
});
