import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT } from "../../../infra/conventions/names";
import { refuseLostState } from "../../../toolchain/cli/lost-state";
import { forgetRemoved, giveUpState, rememberRemoved } from "../../../toolchain/cli/removed-stacks";
import { stateFile } from "../../../toolchain/cli/states";

let home: string;
let file: string;
let backup: string;
beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "lost-state-"));
    file = stateFile("tallinn", home);
    backup = `${file}.bak`;
});
afterEach(() => rmSync(home, { recursive: true }));

const ROOT = `urn:pulumi:tallinn::${PROJECT}::tls:index/privateKey:PrivateKey::root-key`;

/** The text of a state. @param keys names of generated keys @param minute at which it was written */
function state(keys: readonly string[] = ["root-key"], minute = 0, stack = "tallinn"): string {
    const resources = keys.map((key) => ({
        urn: ROOT.replace("root-key", key),
        type: "tls:index/privateKey:PrivateKey",
    }));
    const time = new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
    const latest = { manifest: { time }, resources };
    return JSON.stringify({ version: 3, checkpoint: { stack: `organization/${PROJECT}/${stack}`, latest } });
}

function write(path: string, text: string): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
}

function remember(text: string, kind = "update", name = "tallinn-1"): string {
    const folder = join(home, "state", ".pulumi", "history", PROJECT, "tallinn");
    write(join(folder, `${name}.history.json`), JSON.stringify({ kind, result: "succeeded" }));
    return write(join(folder, `${name}.checkpoint.json`), text);
}

const refusal = (glance?: () => { namespaces: string[]; silent?: string }): string => {
    try {
        refuseLostState({ stack: "tallinn", home, ...(glance && { glance }) });
        return "";
    } catch (error) {
        return (error as Error).message;
    }
};
const wasNotAsked = (): never => {
    throw new Error("the site was asked");
};

describe("a state that is there", () => {
    it("is taken, and the site is not asked", () => {
        write(file, state());
        remember(state());
        expect(refusal(wasNotAsked)).toBe("");
    });

    it.each([
        ["", "is empty"],
        [state().slice(0, 60), "is not valid JSON"],
        ["{}", "holds no state"],
        ["null", "holds no state"],
        ['{"version":3}', "holds no state"],
        [state(["root-key"], 0, "luxembourg"), "is the state of organization/data-embassy/luxembourg"],
        [state(["k".repeat(20_000)], 0, "luxembourg"), "is the state of organization/data-embassy/luxembourg"],
    ])("as %j is refused", (text, what) => {
        write(file, text);
        expect(refusal(wasNotAsked)).toContain(`${file} ${what}`);
    });

    it("without a resource is refused where a backup has some, and taken where none has, or it was destroyed", () => {
        write(file, state([]));
        expect(refusal(() => ({ namespaces: [] }))).toBe("");
        write(backup, state());
        expect(refusal(wasNotAsked)).toMatch(/has no resources, and it is not made anew.*\.bak has 1 resources/s);
        remember(state([], 1), "destroy");
        expect(refusal(wasNotAsked)).toBe("");
    });

    it("that is older than the last update is refused where it lacks keys that were made since", () => {
        write(file, state(["root-key"], 1));
        remember(state(["root-key"], 2));
        expect(refusal()).toBe("");
        const last = remember(state(["root-key", "land-secret"], 3), "update", "tallinn-2");
        expect(refusal()).toContain("lacks 1 keys that were made since (land-secret)");
        expect(refusal()).toContain(`cp ${last} ${file}`);
    });
});

describe("a state that is not there", () => {
    it("is made where nothing tells of one", () => {
        expect(refusal(() => ({ namespaces: [] }))).toBe("");
    });

    it("is refused where there is a backup, and the newest is named", () => {
        write(backup, state(["root-key"], 1));
        expect(refusal(wasNotAsked)).toContain(`cp ${backup} ${file}`);
        const last = remember(state(["root-key"], 2));
        expect(refusal(wasNotAsked)).toContain(`cp ${last} ${file}`);
        renameSync(last, file);
        expect(refusal(wasNotAsked)).toBe("");
    });

    it("is refused where the site has objects, where it does not answer, and where another stack refers to it", () => {
        expect(refusal(() => ({ namespaces: ["registry-land"] }))).toContain(
            "the site has the namespace registry-land",
        );
        expect(refusal(() => ({ namespaces: [], silent: "the API server of tallinn does not answer" }))).toContain(
            "bring it up first",
        );
        const reference = { type: "pulumi:pulumi:StackReference", inputs: { name: `organization/${PROJECT}/tallinn` } };
        write(stateFile("luxembourg", home), JSON.stringify(reference));
        expect(refusal(wasNotAsked)).toContain("luxembourg.json refers to this stack");
    });

    it("is refused where a killed update noted steps", () => {
        write(join(home, "state", "journals", PROJECT, "tallinn.jsonl"), "{}\n");
        expect(refusal(wasNotAsked)).toContain("has steps of an update that was killed");
    });

    it("is made again where the stack was given up, whatever of it was left", () => {
        [file, backup, join(home, "state", "journals", PROJECT, "tallinn.jsonl")].forEach((path) => write(path, "{"));
        write(join(home, "state", ".pulumi", "backups", PROJECT, "tallinn", "tallinn.1.json"), state());
        remember(state());
        const luxembourg = write(stateFile("luxembourg", home), state(["root-key"], 0, "luxembourg"));
        expect(refusal(wasNotAsked)).not.toBe("");
        giveUpState("tallinn", home);
        expect(refusal(() => ({ namespaces: [] }))).toBe("");
        expect(existsSync(luxembourg)).toBe(true);
    });

    it("is made again where a command removed it, also beside its backup", () => {
        write(file, state());
        const done = rememberRemoved(home);
        renameSync(file, backup);
        done();
        expect(refusal(wasNotAsked)).toBe("");
        // `stack init` leaves such a state.
        write(file, state([]));
        forgetRemoved("tallinn", home);
        expect(refusal(wasNotAsked)).toBe("");
        write(file, "{}");
        expect(refusal(wasNotAsked)).toContain("holds no state");
        write(file, state());
        forgetRemoved("tallinn", home);
        rmSync(file);
        expect(existsSync(backup)).toBe(true);
        expect(refusal(wasNotAsked)).toContain("is not there");
    });
});
