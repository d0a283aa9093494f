import { LabError, explain } from "../../lab/errors";

function systemError(code: string): Error {
    return Object.assign(new Error(`${code}: bad, open '/x/ports.json'`), { code, path: "/x/ports.json" });
}

test("a full disk and a missing permission come with advice", () => {
    expect(explain(systemError("ENOSPC"))).toMatch(/No space left on the disk of \/x\/ports\.json.*down --delete/);
    expect(explain(systemError("EACCES"))).toMatch(/No permission.*check the owner of \/x\/ports\.json.*EMBASSY_HOME/);
});

test("other errors speak for themselves", () => {
    expect(explain(new LabError("port 1 is taken"))).toBe("port 1 is taken");
    expect(explain(systemError("EIO"))).toBe("EIO: bad, open '/x/ports.json'");
    expect(explain("text")).toBe("text");
});
