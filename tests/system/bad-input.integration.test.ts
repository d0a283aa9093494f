/** Bad input leads to one clear message and a non-zero exit code, and leaves nothing half-made. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { stackText } from "../support/stacks";
import { Home, must } from "../support/home";

jest.setTimeout(5 * 60_000);

let home: Home;
beforeAll(() => {
    home = new Home("bad-input");
    must(home.pulumi("stack", "init", "tallinn", "--no-select"));
});
afterAll(() => home.remove());

const preview = ["preview", "--stack", "tallinn"];

it("a stack name without a file", () => {
    const { code, output } = home.pulumi("up", "--stack", "narva", "--yes");
    expect(code).not.toBe(0);
    expect(output).toMatch(/"narva" has no file Pulumi\.narva\.yaml; stacks with one are luxembourg, restore, tallinn/);
});

it("a wrong stack file: all of its problems at once, without a stack trace", () => {
    const file = join(home.path, "wrong.yaml");
    const text = stackText("tallinn");
    writeFileSync(
        file,
        text.replace("quorum: 5", "quorum: 2").replace("data-embassy:networking:", "data-embassy:netwroking:"),
    );
    const { code, output } = home.pulumi(...preview, "--config-file", file);
    expect(code).not.toBe(0);
    expect(output).toContain("data-embassy:netwroking is not known; did you mean networking?");
    expect(output).toContain("data-embassy:networking is missing; it must be a map of keys");
    expect(output).toContain("data-embassy:cluster.quorum is 2; it must be odd");
    expect(output).not.toMatch(/\n\s+at /);
});

it("a site that could not start by itself: what of the other one it needs, without a stack trace", () => {
    const file = join(home.path, "dependent.yaml");
    const text = stackText("tallinn");
    writeFileSync(file, text.replace("registry.embassy.internal", "registry.luxembourg.embassy.internal"));
    const { code, output } = home.pulumi(...preview, "--config-file", file);
    expect(code).not.toBe(0);
    expect(output).toContain("tallinn could not start by itself; nothing was changed:");
    expect(output).toContain("cluster needs the site luxembourg (images of registry.luxembourg.embassy.internal)");
    expect(output).not.toMatch(/\n\s+at /);
});

it("a site that would not bear every failure: what falls, and for what too little is left", () => {
    const file = join(home.path, "fragile.yaml");
    const text = stackText("tallinn");
    writeFileSync(file, text.replace(/loops: \[\w, \w\]/g, "loops: [a, b]"));
    const { code, output } = home.pulumi(...preview, "--config-file", file);
    expect(code).not.toBe(0);
    expect(output).toContain(
        "cooling loop a must be able to fail while cooling loop b is under maintenance (with them fall switch a, switch b, switch c;",
    );
    expect(output).toMatch(/Then too little is left for etcd \(0 of 5 members, 3 needed/);
    expect(output).not.toMatch(/\n\s+at /);
});

it("a passphrase that is gone, while there is state that needs it: none is made up", () => {
    const file = join(home.path, "passphrase");
    renameSync(file, `${file}.away`);
    const { code, output } = home.pulumi(...preview);
    expect(code).not.toBe(0);
    expect(output).toMatch(/The passphrase file .* is missing, .*Put the file back/s);
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.away`, file);
});

it("a corrupt state file: named, left alone, and where the one before it is", () => {
    const file = join(home.path, "state", ".pulumi", "stacks", "data-embassy", "tallinn.json");
    copyFileSync(file, `${file}.good`);
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 100));
    const { code, output } = home.pulumi(...preview);
    expect(code).not.toBe(0);
    expect(output).toMatch(/The state file .*tallinn\.json is not valid JSON/);
    expect(readFileSync(file, "utf8")).toHaveLength(100);
    renameSync(`${file}.good`, file);
});

it("an up on a stack that another machine has locked: who holds it, since when, and what to do", () => {
    const locks = join(home.path, "state", ".pulumi", "locks", "organization", "data-embassy", "tallinn");
    mkdirSync(locks, { recursive: true });
    const holder = { pid: 1, username: "ops", hostname: `not-${hostname()}`, timestamp: new Date().toISOString() };
    writeFileSync(join(locks, "held.json"), JSON.stringify(holder));
    const { code, output } = home.pulumi("up", "--stack", "tallinn", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(output).toMatch(/locked by 1 lock.*pulumi cancel.*ops@not-/s);
    rmSync(join(locks, "held.json"));
});

it("a cluster that was never brought up", () => {
    const { code, output } = home.pulumi("up", "--stack", "tallinn", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(output).toMatch(/kubeconfig .*tallinn\/operator\.kubeconfig does not exist/);
});

it("a toolchain that does not exist", () => {
    const { code, output } = home.with({ EMBASSY_TOOLCHAIN: "vendor" }).pulumi("version");
    expect(code).not.toBe(0);
    expect(output).toMatch(/EMBASSY_TOOLCHAIN is "vendor": it must be "modules" .* or "system"/);
});

it("the system's toolchain where there is no pulumi", () => {
    const { code, output } = home.with({ EMBASSY_TOOLCHAIN: "system", PATH: "/usr/bin:/bin" }).pulumi("version");
    expect(code).not.toBe(0);
    expect(output).toMatch(/no pulumi on PATH/);
});

it("the system's toolchain runs the user's pulumi, with nothing of ours in its environment", () => {
    const bin = join(home.path, "user-bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "pulumi"), '#!/bin/sh\necho "user pulumi $@; home=$PULUMI_HOME; path=$PATH"\n', {
        mode: 0o755,
    });
    const { output } = must(home.with({ EMBASSY_TOOLCHAIN: "system", PATH: `${bin}:/usr/bin:/bin` }).pulumi("version"));
    expect(output).toContain("user pulumi version");
    expect(output).toMatch(/home=;/);
    expect(output).not.toContain(join(home.path, "bin"));
});
