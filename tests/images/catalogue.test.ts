import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wanted } from "../../images/build";
import { catalogue } from "../../images/catalogue";
import { recordDigests } from "../../images/lock";
import { wantedImages } from "../../images/wanted";
import type { DebianPackage } from "../../toolchain/debian/packages";
import { Folder } from "./fixture";

describe.each(catalogue.map((image) => [image.name, image] as const))("%s", (_name, image) => {
    it("does not run as root, and starts a program by its path", () => {
        expect(image.user.uid).toBeGreaterThan(0);
        expect(image.user.gid).toBeGreaterThan(0);
        expect(image.entrypoint[0]).toMatch(/^\/usr\//);
    });

    it("declares paths as seen in the container", () => {
        const paths = [image.leaveOut ?? [], Object.keys(image.files ?? {}), Object.keys(image.folders ?? {})].flat();
        expect(paths.filter((path) => !/^(\/[^/]+)+$/.test(path))).toEqual([]);
    });

    it("asks for no package that it does without", () => {
        expect(image.packages.filter((name) => name in (image.without ?? {}))).toEqual([]);
    });
});

it("gives each image a name of its own", () => {
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
});

describe("wanted", () => {
    const packages = ["a", "b", "perl"].map((name): DebianPackage => {
        return { name, version: "1", architecture: "all", file: `/${name}.deb` };
    });
    const names = (without: Record<string, string>): string[] =>
        wanted({ name: "sample", without }, packages).map(({ name }) => name);

    it("leaves packages out by name", () => {
        expect(names({ perl: "not needed" })).toEqual(["a", "b"]);
    });

    it("refuses to do without what does not come along", () => {
        expect(() => names({ perl: "", python: "" })).toThrow(
            "Image sample declares to do without python, which none of its packages depends on: take it out of images/catalogue/sample.ts.",
        );
    });
});

describe("images/lock.json", () => {
    let folder: Folder;
    beforeEach(() => {
        folder = new Folder();
    });
    afterEach(() => {
        folder.remove();
    });

    const lock = (): string => join(folder.path, "lock.json");

    it("maps names to digests, in order, and keeps the images that were not built now", () => {
        recordDigests([{ image: "postgres", digest: "sha256:1" }], ["pause", "postgres"], lock());
        recordDigests([{ image: "pause", digest: "sha256:2" }], ["pause", "postgres"], lock());
        const text = readFileSync(lock(), "utf8");
        expect(text).toBe('{\n    "pause": "sha256:2",\n    "postgres": "sha256:1"\n}\n');
    });

    it("forgets images that are no longer in the catalogue", () => {
        folder.file("lock.json", '{ "former": "sha256:1" }');
        expect(recordDigests([], ["pause"], lock())).toEqual({});
    });

    it.each(["[]", "{", "null"])("says what to do with a file that is not its own: %s", (text) => {
        folder.file("lock.json", text);
        expect(() => recordDigests([], [], lock())).toThrow(/lock\.json is not what the image build writes.*remove it/);
    });
});

describe("the images that a lab needs", () => {
    const names = (sections: readonly string[], built: readonly string[] = []): string[] =>
        wantedImages(catalogue, new Set(sections), (name) => built.includes(name)).map(({ name }) => name);

    it("are without those of a section that no stack file has, unless they were built", () => {
        expect(names(["site"])).not.toContain("prometheus");
        expect(names(["site"])).toEqual(
            catalogue.filter(({ section }) => section === undefined).map(({ name }) => name),
        );
        expect(names(["site", "monitoring"])).toContain("prometheus");
        expect(names(["site"], ["prometheus"])).toContain("prometheus");
        expect(names(["site", "monitoring"])).not.toContain("alertmanager");
        expect(names(["site", "monitoring", "monitoring.receivers"])).toContain("alertmanager");
    });
});
