/** Runs the tests of the project's Go code, which are beside that code. They reuse what the build of the toolchain has compiled. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { goEnvironment } from "../../toolchain/build/go-tool";
import { repoRoot } from "../../command-line/paths";

// If nothing is compiled yet, the engine's packages are compiled first.
jest.setTimeout(15 * 60_000);

/** Runs the tests of the module in this folder. @returns their output */
function passed(module: string): string {
    const { status, stdout, stderr } = spawnSync("go", ["test", "-vet=off", "-count=1", "-v", "."], {
        cwd: join(repoRoot, "toolchain", "modules", module),
        env: goEnvironment(process.env),
        encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    return stdout;
}

it("the object store: each version has the store's lock, whatever is asked for, and nothing changes a lock or a policy", () => {
    const stdout = passed("versitygw");
    expect(stdout).toMatch(/--- (PASS|SKIP): TestAVersionHasTheStoresLockWhateverIsAskedFor/);
    expect(stdout).toMatch(/--- (PASS|SKIP): TestWhatIsNotLockedIsLockedAgain/);
    expect(stdout).toMatch(/--- (PASS|SKIP): TestNothingChangesALockOrAPolicy/);
});

it("the journal of an update: a write that does not fit leaves nothing behind", () => {
    const stdout = passed("pulumi");
    expect(stdout).toContain("--- PASS: TestWhatDoesNotFitLeavesNothing");
    // Only root can make a disk that is really full.
    expect(stdout).toMatch(/--- (PASS|SKIP): TestADiskThatIsFullKeepsWhatWasAcknowledged/);
});
