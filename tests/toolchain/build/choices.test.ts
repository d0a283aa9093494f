import { toolchainChoice } from "../../../toolchain/build/choice";
import { goEnvironment, goRelease, parallelism } from "../../../toolchain/build/go-tool";

const GIB = 1024 ** 3;

describe("EMBASSY_TOOLCHAIN", () => {
    it.each([
        [undefined, "modules"],
        ["", "modules"],
        ["modules", "modules"],
        ["system", "system"],
    ])("%p chooses %s", (value, choice) => {
        expect(toolchainChoice({ EMBASSY_TOOLCHAIN: value })).toBe(choice);
    });

    it("is refused with both choices named", () => {
        expect(() => toolchainChoice({ EMBASSY_TOOLCHAIN: "sytem" })).toThrow(/is "sytem": .*"modules".*"system"/);
    });
});

describe("how many packages to compile at a time", () => {
    it.each([
        ["one per processor", { memory: 64 * GIB, cpus: 8, jobs: 8 }],
        ["fewer where memory is short", { memory: 5 * GIB, cpus: 8, jobs: 2 }],
        ["one at least", { memory: GIB, cpus: 8, jobs: 1 }],
    ])("%s", (_, { memory, cpus, jobs }) => {
        expect(parallelism({}, memory, cpus)).toBe(jobs);
    });

    it("as many as the user says", () => {
        expect(parallelism({ EMBASSY_BUILD_JOBS: "3" }, GIB, 8)).toBe(3);
        expect(() => parallelism({ EMBASSY_BUILD_JOBS: "0" }, GIB, 8)).toThrow('EMBASSY_BUILD_JOBS is "0"');
    });
});

describe("Go", () => {
    it("is started with flags of its own, and the user's proxy and caches", () => {
        const env = goEnvironment({ GOFLAGS: "-mod=vendor", GOPROXY: "https://proxy.test", GOCACHE: "/c" }, "/t");
        expect(env).toMatchObject({
            GOFLAGS: "-buildvcs=false -trimpath",
            CGO_ENABLED: "0",
            GOPROXY: "https://proxy.test",
            GOCACHE: "/c",
            GOTMPDIR: "/t",
        });
    });

    it("is compared by release", () => {
        expect(goRelease("1.26.8")).toBe("1.26");
    });
});
