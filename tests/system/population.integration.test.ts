/** One registry from end to end, on real nodes: written at home, followed abroad, and brought back as it was at an instant. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeNodes, why } from "../lab/nodes/fixture";
import { Home, must } from "../support/home";

const MINUTES = 60_000;
jest.setTimeout(20 * MINUTES);

interface Report {
    readonly asExpected: boolean;
    readonly digests: { readonly population: Readonly<Record<string, string>> };
}

describeNodes(`the population registry${why}`, () => {
    const SITES = ["tallinn", "luxembourg"];
    const namespace = "--namespace=registry-population";
    let home: Home;

    beforeAll(() => {
        home = new Home("population", "cache", "images");
        must(home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => home.up(site));
        must(home.data("load", "--site", "tallinn", "--people", "3000"));
    });
    afterAll(() => {
        home.restore("--remove");
        home.remove();
    });

    function digests(site: string): string {
        return must(home.data("digest", "--site", site, "--json")).stdout;
    }

    /** Commits, then what the register is and when: the last commit is before that instant, the next one after it. */
    function moment(name: string): { at: string; file: string } {
        must(home.data("write", "--site", "tallinn", "--rate", "20", "--for", "2s"));
        const file = join(home.path, `${name}.json`);
        writeFileSync(file, digests("tallinn"));
        return { at: new Date().toISOString(), file };
    }

    function sql(statement: string): string {
        const leader = must(home.kubectl("tallinn", "get", "pods", namespace, "--selector=role=master", "-o", "name"));
        const psql = ["psql", "--host=/run/postgresql", "--dbname=population", "-Atc", statement];
        const args = ["exec", namespace, leader.stdout.trim(), "--container=database", "--", ...psql];
        return must(home.kubectl("tallinn", ...args)).stdout.trim();
    }

    it("is the same in Luxembourg as in Tallinn, row for row", () => {
        must(home.data("lag", "--site", "luxembourg"));
        expect(JSON.parse(digests("luxembourg"))).toEqual(JSON.parse(digests("tallinn")));
    });

    it("is stored in both sites' stores", () => {
        for (const use of ["own", "partner"]) {
            const job = `job/store-first-${use}`;
            must(home.kubectl("tallinn", "wait", namespace, job, "--for=condition=complete", "--timeout=300s"));
        }
        expect(SITES.map((site) => home.restore("--from", site, "--at", "2000-01-01T00:00:00Z").output)).toEqual(
            SITES.map(
                () => expect.stringMatching(/is before the first stored version of population: there are/) as string,
            ),
        );
    });

    it("comes back as it was at each of two instants, with every site stopped, and is told from what it was not", () => {
        const [before, after] = [moment("before"), moment("after")];
        sql("DROP TABLE population.marriage CASCADE");
        const segment = sql("SELECT pg_walfile_name(pg_switch_wal())");
        // Stored means stored in both places.
        const deadline = Date.now() + 3 * MINUTES;
        while (sql("SELECT last_archived_wal FROM pg_stat_archiver") < segment && Date.now() < deadline) {
            sql("SELECT pg_sleep(1)");
        }
        must(home.lab("down", ...SITES));

        for (const { at, file } of [before, after]) {
            const args = ["--from", "luxembourg", "--at", at, "--expect", file, "--json"];
            const report = JSON.parse(must(home.restore(...args)).stdout) as Report;
            expect(report.asExpected).toBe(true);
            expect(report.digests.population).toHaveProperty("marriage");
            expect(home.restore(...args).output).toMatch(/There is a site restore already/);
            must(home.restore("--remove"));
        }
        const wrong = home.restore("--from", "luxembourg", "--at", after.at, "--expect", before.file);
        expect(wrong.output).toContain("NOT every digest is the expected one.");
        expect(wrong.code).toBe(1);
    });
});
