/** A plan of a real site is applied only where everything is as it was reviewed. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "../../support/clone";
import { Home, type Outcome, must } from "../../support/home";

const MINUTES = 60_000;
jest.setTimeout(10 * MINUTES);

const SITE = "tallinn";
let home: Home;
let clone: Clone;
let plan: string;

beforeAll(() => {
    const own = new Home("reviewed");
    clone = new Clone(join(own.path, "clone"), "linked");
    home = own.of(clone.root);
    plan = join(own.path, `${SITE}.plan`);
    must(home.lab("up", SITE, "--nodes", "simulated"));
});
afterAll(() => home.remove());

const review = (): Outcome => home.pulumi("preview", "--stack", SITE, "--save-plan", plan);
const apply = (...options: string[]): Outcome =>
    home.pulumi("up", "--stack", SITE, "--plan", plan, "--yes", ...options);
const namespaces = (): string => home.kubectl(SITE, "get", "namespaces", "-o", "name").stdout;

/** Expects that the plan is refused and nothing changes. @returns the output */
function refused(...options: string[]): string {
    const before = home.state(SITE);
    const { code, output } = apply(...options);
    expect(code).toBe(1);
    expect(output).toMatch(/Nothing was changed\.\n$/);
    expect(home.state(SITE)).toBe(before);
    return output;
}

it("there is none without a state, and it is said how to go on", () => {
    expect(review().output).toMatch(
        /the stack tallinn has none yet: make one with npm run pulumi -- stack init tallinn/,
    );
});

describe("a plan of a site that is not there yet", () => {
    beforeAll(() => {
        must(home.pulumi("stack", "init", SITE, "--no-select"));
        must(review());
    });

    it("is its owner's alone", () => {
        expect(statSync(plan).mode & 0o777).toBe(0o600);
    });

    it("is not applied to other code: the object and its field are named", () => {
        const file = "infra/networking/dns/dns.ts";
        const text = readFileSync(join(clone.root, file), "utf8");
        clone.write(file, text.replace(/terminationGracePeriodSeconds: \w+/, "terminationGracePeriodSeconds: 77"));
        const said = refused();
        expect(said).toMatch(/infra\/networking\/dns\/dns\.ts is otherwise/);
        expect(said).toMatch(/::dns-server: spec\.template\.spec\.terminationGracePeriodSeconds is otherwise/);
        clone.commit("another grace period");
        expect(refused()).toMatch(/and this is [0-9a-f]{12}: infra\/networking\/dns\/dns\.ts is otherwise/);
        clone.write(file, text);
    });

    it("is not applied with another configuration: the key is named", () => {
        const file = "Pulumi.yaml";
        const text = readFileSync(join(clone.root, file), "utf8");
        clone.write(file, text.replace(/memory: 4Gi/, "memory: 5Gi"));
        expect(refused()).toMatch(/data-embassy:registries\.[\w.-]+\.memory is otherwise/);
        clone.write(file, text);
    });

    it("is applied to the same code, at whatever commit", () => {
        clone.commit("as it was");
        expect(namespaces()).not.toMatch(/taxes/);
        must(apply());
        expect(namespaces()).toMatch(/taxes/);
    });

    it("is not applied once more: what the state has since is named", () => {
        expect(refused()).toMatch(
            /It is for the state of .*, which was written .*\. In it urn:pulumi:tallinn::\S+ was added/,
        );
    });

    it("has no secret of the state in it", () => {
        const exported = (...options: string[]): string =>
            must(home.pulumi("stack", "export", "--stack", SITE, ...options)).stdout;
        const plain = exported();
        const secrets = [...exported("--show-secrets").matchAll(/"plaintext": ("(?:[^"\\]|\\.)*")/g)]
            .map(([, text = '""']) => JSON.parse(JSON.parse(text) as string) as unknown)
            .filter((value): value is string => typeof value === "string" && value.length > 8)
            .map((value) => JSON.stringify(value).slice(1, -1))
            // The state has certificates as secrets, together with their keys, and in the clear, by themselves.
            .filter((secret) => !plain.includes(secret));
        expect(secrets.length).toBeGreaterThan(50);
        must(review());
        const text = readFileSync(plan, "utf8");
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    });

    it("is not applied after a refresh, which writes the state", () => {
        must(home.pulumi("refresh", "--stack", SITE, "--yes"));
        expect(refused()).toMatch(/It is for the state of/);
    });
});
