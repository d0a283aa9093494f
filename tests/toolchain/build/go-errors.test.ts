import { explainGo } from "../../../toolchain/build/go-errors";

const step = { doing: "building etcd", folder: "/clone/toolchain/modules/etcd" };

function explain(stderr: string, outcome: { code?: number | null; signal?: NodeJS.Signals } = {}): string {
    return explainGo({ code: 1, signal: null, stdout: "", ...outcome, stderr }, step).message;
}

describe("a version that the proxy refuses", () => {
    it.each([
        [
            "a download",
            "go: example.com/Mod/v2@v2.1.0: reading https://p.test/x/@v/v2.1.0.mod: 403 Forbidden",
            "403 Forbidden",
        ],
        [
            "an import",
            "/go/pkg/mod/go.etcd.io/server/v3@v3.6.5/main.go:4:2: example.com/Mod/v2@v2.1.0: reading https://p.test/x.zip: 410 Gone",
            "410 Gone",
        ],
        ["a repository", "go: example.com/Mod/v2@v2.1.0: invalid version: unknown revision v2.1.0", "unknown revision"],
    ])("is named after %s, with the file that pins it", (_, output, reason) => {
        expect(explain(output)).toMatch(
            /^building etcd: the module proxy does not serve example\.com\/Mod\/v2@v2\.1\.0 \(.*\), which \/clone\/.*\/etcd\/go\.mod pins\..*go mod tidy/,
        );
        expect(explain(output)).toContain(reason);
    });

    it("is told before the missing packages that follow from it", () => {
        const output = "go: a.test/b@v1.0.0: reading https://p.test/b: 404 Not Found\nmain.go:1: cannot find package";
        expect(explain(output)).toContain("does not serve a.test/b@v1.0.0 (404 Not Found)");
    });
});

it("names a module whose checksum differs as a security matter, not as a refusal", () => {
    const output =
        "verifying k8s.io/api@v0.36.3: checksum mismatch\n\tdownloaded: h1:AAA=\n\tgo.sum:     h1:BBB=\n\nSECURITY ERROR\n";
    expect(explain(output)).toMatch(
        /SECURITY ERROR: the content of k8s\.io\/api@v0\.36\.3 is not what .*etcd\/go\.sum names/,
    );
});

it("says that go.sum is behind go.mod, rather than go's advice to get more", () => {
    const output =
        "x.go:1:2: missing go.sum entry for module providing package a.test/b (imported by c); to add:\n\tgo get c@v1.0.0";
    expect(explain(output)).toMatch(/etcd\/go\.sum has no checksum for a\.test\/b: .*Run go mod tidy in .*etcd\.$/);
});

it.each([
    ["write /tmp/x: no space left on device", /no space left on the disk.*GOCACHE/],
    ["dial tcp: lookup p.test: no such host", /proxy cannot be reached.*GOPROXY/],
    ["k8s.io/x: /go/tool/compile: signal: killed", /killed, most likely for want of memory.*EMBASSY_BUILD_JOBS=1/],
])("explains %s", (output, message) => {
    expect(explain(output)).toMatch(message);
});

it("takes a go that was killed for one that had too little memory", () => {
    expect(explain("", { code: null, signal: "SIGKILL" })).toContain("want of memory");
});

it("quotes the end of what it cannot explain", () => {
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}.`).join("\n");
    const message = explain(lines, { code: 2 });
    expect(message).toContain("building etcd failed (exit code 2) in /clone/toolchain/modules/etcd");
    expect(message).toContain("line 39.");
    expect(message).not.toContain("line 5.");
});
