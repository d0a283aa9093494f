import { duration, plainProgress } from "../../../toolchain/build/progress";

const kubernetes = { parts: ["kube-apiserver", "kubectl"], version: "v1.36.3" };
const etcd = { parts: ["etcd"], version: "v3.6.5" };

let lines: string[];
const write = (line: string): void => {
    lines.push(line);
};
beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
});
afterEach(() => {
    jest.useRealTimers();
});

describe("plain progress", () => {
    it("says what is built, each step once, and how much is left", () => {
        const progress = plainProgress(write);
        progress.begin([kubernetes, etcd], 4);
        progress.step(etcd, "compiling", "1 of 9 packages");
        progress.step(etcd, "compiling", "2 of 9 packages");
        progress.done(etcd, 24.4);
        progress.done(kubernetes, 312);
        void progress.end(false);
        expect(lines).toEqual([
            "toolchain: building kube-apiserver, kubectl, etcd (4 of 7 parts are there already)",
            "toolchain: etcd 3.6.5 compiling …",
            "toolchain: etcd 3.6.5 built in 24 s (5 of 7)",
            "toolchain: kube-apiserver, kubectl 1.36.3 built in 312 s (7 of 7)",
        ]);
    });

    it("says every half minute that it is alive, and how far it is, until it ends", () => {
        const progress = plainProgress(write);
        progress.begin([etcd], 0);
        progress.step(etcd, "compiling", "2 of 9 packages");
        lines = [];
        jest.advanceTimersByTime(60_000);
        expect(lines).toEqual([
            "toolchain: etcd 3.6.5 compiling, 2 of 9 packages (30 s)",
            "toolchain: etcd 3.6.5 compiling, 2 of 9 packages (1 min 00 s)",
        ]);
        void progress.end(true);
        jest.advanceTimersByTime(60_000);
        expect(lines).toHaveLength(2);
    });

    it("names the process that it waits for", () => {
        plainProgress(write).waitingFor(42);
        expect(lines).toEqual(["toolchain: waiting for process 42, which is building it"]);
    });
});

it.each([
    [7.6, "8 s"],
    [185, "3 min 05 s"],
])("writes %d seconds as %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
});
