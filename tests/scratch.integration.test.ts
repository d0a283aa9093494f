import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../command-line/paths";
import { Home, must } from "./support/home";
jest.setTimeout(10 * 60_000);
let home: Home;
beforeAll(() => {
    home = new Home("rights");
    must(home.lab("up", "tallinn"));
});
afterAll(() => home.remove());
test("a site comes up, again, and changed", () => {
    home.up("tallinn");
    process.stderr.write(`up ${new Date().toISOString()}\n`);
    must(home.pulumi("preview", "--stack", "tallinn", "--expect-no-changes"));
    process.stderr.write(`preview ${new Date().toISOString()}\n`);
    const pods = home.kubectl("tallinn", "get", "pods", "-A", "-o", "wide").stdout;
    writeFileSync("/tmp/rights/pods", pods);
    const events = home.kubectl("tallinn", "get", "events", "-A").stdout;
    writeFileSync("/tmp/rights/events", events);
    expect(() => must(home.kubectl("tallinn", "run", "x", "--image=x"))).toThrow();
    const changed = join(home.path, "Pulumi.changed.yaml");
    const text = readFileSync(join(repoRoot, "Pulumi.tallinn.yaml"), "utf8");
    writeFileSync(changed, text.replace("leaseSeconds: 10", "leaseSeconds: 11"));
    writeFileSync("/tmp/rights/preview", must(home.pulumi("preview", "--stack", "tallinn", "--config-file", changed, "--diff")).stdout);
    process.stderr.write(`preview changed ${new Date().toISOString()}\n`);
    writeFileSync("/tmp/rights/changed", must(home.pulumi("up", "--stack", "tallinn", "--config-file", changed, "--yes", "--skip-preview")).stdout);
    process.stderr.write(`up changed ${new Date().toISOString()}\n`);
});
