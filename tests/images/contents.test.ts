import { join } from "node:path";
import { packageOf } from "../../images/agent-bundle";
import { type Component, npmComponent, parseModules, sourceOf } from "../../images/contents";
import { spdx } from "../../images/spdx";
import { expectSpdx } from "./expect-spdx";

const DIGEST = `sha256:${"a".repeat(64)}`;
const component = (name: string): Component => ({
    kind: "deb",
    name,
    version: "1:2.3-4",
    purl: `pkg:deb/debian/${name}@1%3A2.3-4?arch=amd64`,
    sha256: "b".repeat(64),
    source: "sample 2.3-4",
});

describe("spdx", () => {
    const document = spdx("sample", DIGEST, [component("libstdc++6"), component("libstdc--6")]);

    it("has what the specification requires", () => {
        expectSpdx(document);
    });

    it("names the image by digest, and what it contains by version, checksum, source and package URL", () => {
        expect(document.packages).toMatchObject([
            { name: "sample", versionInfo: DIGEST, primaryPackagePurpose: "CONTAINER" },
            {
                SPDXID: "SPDXRef-deb-1-libstdc--6",
                name: "libstdc++6",
                versionInfo: "1:2.3-4",
                supplier: "Organization: Debian",
                sourceInfo: "built from the source package sample 2.3-4",
                checksums: [{ algorithm: "SHA256", checksumValue: "b".repeat(64) }],
                externalRefs: [{ referenceType: "purl" }],
            },
            { SPDXID: "SPDXRef-deb-2-libstdc--6" },
        ]);
    });

    it("is the same for the same image", () => {
        expect(spdx("sample", DIGEST, [component("libstdc++6"), component("libstdc--6")])).toEqual(document);
    });
});

describe("sourceOf", () => {
    const binary = { name: "libc6", version: "2.36-9+b1" };

    it.each([
        ["", "libc6 2.36-9+b1"],
        ["glibc", "glibc 2.36-9+b1"],
        ["glibc (2.36-9)", "glibc 2.36-9"],
    ])("%j: %s", (field, expected) => {
        expect(sourceOf(field, binary)).toBe(expected);
    });
});

describe("an npm package", () => {
    it("is known by its URL, in which a scope's at sign is escaped", () => {
        const { kind, name, purl } = npmComponent(join("node_modules", "@aws-sdk", "client-s3"));
        expect({ kind, name, purl }).toEqual({
            kind: "npm",
            name: "@aws-sdk/client-s3",
            purl: expect.stringMatching(/^pkg:npm\/%40aws-sdk\/client-s3@\d+\.\d+\.\d+$/) as string,
        });
    });

    it.each([
        ["agents/agent.ts", undefined],
        ["node_modules/ulid/dist/index.js", "node_modules/ulid"],
        ["node_modules/@aws-sdk/core/dist-es/index.js", "node_modules/@aws-sdk/core"],
        ["node_modules/a/node_modules/@b/c/index.js", "node_modules/a/node_modules/@b/c"],
    ])("is where %s comes from", (source, expected) => {
        expect(packageOf(source)).toBe(expected);
    });
});

describe("parseModules", () => {
    it("names the module that the program is from, where that has a version", () => {
        expect(parseModules("\tmod\texample.com/m\tv1.0.0\th1:x=").map(({ name }) => name)).toEqual(["example.com/m"]);
        expect(parseModules("\tmod\texample.com/m\t(devel)\t")).toEqual([]);
    });

    it("takes replacements for what they replace, and Go's own library", () => {
        const text = [
            "/bin/crane: go1.26.8",
            "\tpath\texample.com/crane",
            "\tmod\texample.com/own\t(devel)\t",
            "\tdep\texample.com/a\tv1.0.0\th1:x=",
            "\tdep\texample.com/b\tv1.0.0",
            "\t=>\texample.com/c\tv2.0.0\th1:y=",
            "\tbuild\t-trimpath=true",
        ].join("\n");
        expect(parseModules(text).map(({ purl }) => purl)).toEqual([
            "pkg:golang/stdlib@1.26.8",
            "pkg:golang/example.com/a@v1.0.0",
            "pkg:golang/example.com/c@v2.0.0",
        ]);
    });
});
