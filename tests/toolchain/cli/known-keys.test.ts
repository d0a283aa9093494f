/** If a key disappears from a state without an update or a destroy, it is not made a second time. */
import {
    copyFileSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    statSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT } from "../../../infra/conventions/names";
import { beginRun, settleKilledRuns } from "../../../toolchain/cli/known-keys";
import { refuseLostState } from "../../../toolchain/cli/lost-state";
import { refuseMissingKeys } from "../../../toolchain/cli/missing-keys";
import { giveUpState, rememberRemoved } from "../../../toolchain/cli/removed-stacks";
import { stateFile } from "../../../toolchain/cli/states";

let home: string;
let file: string;
/** Counts writes of the state, so that each one has a later time than the one before. */
let writes: number;
beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "known-keys-"));
    file = stateFile("tallinn", home);
    writes = 0;
});
afterEach(() => rmSync(home, { recursive: true }));

const KEY = "tls:index/privateKey:PrivateKey";
const PASSWORD = "random:index/randomPassword:RandomPassword";
const CERTIFICATE = "tls:index/selfSignedCert:SelfSignedCert";
const ALL = ["root-key", "land-secret", "root-certificate"];

/** The text of a state. @param names of its resources */
function state(names: readonly string[], stack = "tallinn"): string {
    const typeOf = (name: string): string =>
        name.endsWith("key")
            ? KEY
            : name.endsWith("secret")
              ? PASSWORD
              : name.endsWith("certificate")
                ? CERTIFICATE
                : "x";
    const resources = names.map((name) => ({
        urn: `urn:pulumi:${stack}::${PROJECT}::${typeOf(name)}::${name}`,
        type: typeOf(name),
    }));
    const latest = { manifest: { time: new Date(Date.UTC(2026, 2, 1, 12, writes)).toISOString() }, resources };
    return JSON.stringify({ version: 3, checkpoint: { stack: `organization/${PROJECT}/${stack}`, latest } });
}

function write(path: string, text: string): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const time = 1_800_000_000 + ++writes;
    utimesSync(path, time, time);
    return path;
}

/** Writes the history of an update, as the engine does at its end. */
function remember(names: readonly string[], kind = "update"): string {
    const folder = join(home, "state", ".pulumi", "history", PROJECT, "tallinn");
    const name = `tallinn-${++writes}`;
    write(join(folder, `${name}.history.json`), JSON.stringify({ kind, result: "succeeded" }));
    return write(join(folder, `${name}.checkpoint.json`), state(names));
}

/** Plays a complete run of one of the project's commands. */
function run(command: string, names: readonly string[]): string {
    settleKilledRuns(home);
    const ended = beginRun(command, "tallinn", home);
    write(file, state(names));
    ended();
    return remember(names, command);
}

/** Plays a run that is killed once the state has `names`. It is recorded with the ID of a process that does not exist. */
function killedRun(command: string, names: readonly string[]): void {
    settleKilledRuns(home);
    const { pid } = process;
    Object.defineProperty(process, "pid", { value: 2 ** 22 + 1, configurable: true });
    beginRun(command, "tallinn", home);
    Object.defineProperty(process, "pid", { value: pid, configurable: true });
    write(file, state(names));
}

function refusal(): string {
    settleKilledRuns(home);
    try {
        refuseLostState({ stack: "tallinn", home });
        refuseMissingKeys("tallinn", home);
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

beforeEach(() => {
    write(file, state([]));
    run("up", [...ALL, "namespace"]);
});

/** In each case something other than an update has written the state. */
describe.each([
    ["deleted from the state", ["land-secret", "root-certificate", "namespace"]],
    ["renamed in the state", ["land-secret", "other-root-key", "root-certificate", "namespace"]],
    ["absent in an import or in an editor's version, with all others", ["namespace"]],
])("a key that is %s", (_, names) => {
    it("is named, with the newest state that has it, and the command that brings it back", () => {
        const whole = remember([...ALL, "namespace"]);
        write(`${file}.bak`, state(names));
        write(file, state(names));
        expect(refusal()).toMatch(/lacks (a key|2 keys) that no update and no destroy has taken out: .*root-key/);
        expect(refusal()).toContain(`cp ${whole} ${file}`);
        copyFileSync(whole, file);
        expect(refusal()).toBe("");
    });

    it("is missed where a refresh or an import has been run since, and where no history is left", () => {
        write(file, state(names));
        run("refresh", names);
        run("import", names);
        rmSync(join(home, "state", ".pulumi", "history"), { recursive: true });
        rmSync(`${file}.bak`, { force: true });
        expect(refusal()).toMatch(/root-key.*from a backup of yours/s);
    });

    it("is missed in a home that has noted nothing, by the stack's history", () => {
        rmSync(join(home, "state", "keys"), { recursive: true });
        write(file, state(names));
        expect(refusal()).toMatch(/lacks .*root-key/);
        // This destroy ended before it had removed anything.
        beginRun("destroy", "tallinn", home)();
        expect(refusal()).toMatch(/lacks .*root-key/);
    });

    it("is missed where it is taken out after an update was killed, whose end another command has seen", () => {
        killedRun("up", [...ALL, "namespace"]);
        expect(refusal()).toBe("");
        write(file, state(names));
        expect(refusal()).toMatch(/lacks .*root-key/);
    });
});

describe("what is missing on purpose", () => {
    it("is a key that an update or a destroy has taken out, also one that was killed", () => {
        run("up", ["root-key", "namespace"]);
        expect(refusal()).toBe("");
        killedRun("up", ["namespace"]);
        expect(refusal()).toBe("");
        run("up", ALL);
        killedRun("destroy", ["land-secret"]);
        expect(refusal()).toBe("");
        killedRun("destroy", []);
        expect(refusal()).toBe("");
        run("up", ALL);
        run("destroy", []);
        expect(refusal()).toBe("");
    });

    it("is a certificate, which is made of keys, and whatever is no key", () => {
        write(file, state(["root-key", "land-secret"]));
        expect(refusal()).toBe("");
    });

    it("is a stack that was removed, or given up", () => {
        const removed = rememberRemoved(home);
        rmSync(file);
        removed();
        write(file, state([]));
        expect(refusal()).toBe("");
        run("up", ALL);
        giveUpState("tallinn", home);
        write(file, state([]));
        expect(refusal()).toBe("");
    });

    it("is not said of an update that is under way, which another one leaves as it is", () => {
        const ended = beginRun("up", "tallinn", home);
        write(file, state(["namespace"]));
        beginRun("up", "tallinn", home)();
        expect(refusal()).toBe("");
        ended();
        expect(refusal()).toBe("");
    });
});

it("a file of the record is for its owner alone, and holds no more than names", () => {
    const folder = join(home, "state", "keys", PROJECT);
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
});
