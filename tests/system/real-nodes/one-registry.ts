/** Both sites on real nodes, of which population alone runs, with 3000 people in it: what tests of one registry share. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { POSTGRES_PROGRAMS } from "../../../infra/conventions/postgres";
import { inContainer } from "../../lab/nodes/fixture";
import { Home, must } from "../../support/home";

const MINUTES = 60_000;
export const SITES = ["tallinn", "luxembourg"] as const;

export interface Moment {
    readonly at: string;
    /** The path of a file with the digests of all tables. */
    readonly file: string;
}

/** What `npm run data -- lost --json` says. */
export interface Lost {
    readonly acknowledged: number;
    /** Sequence numbers. */
    readonly lost: readonly number[];
}

export class OneRegistry {
    readonly namespace = "--namespace=registry-population";
    readonly home: Home;

    /** @param isWatched whether both sites declare that they are watched */
    constructor(name: string, isWatched = false) {
        const home = new Home(name, "cache", "images").only("population");
        this.home = isWatched ? home.watched() : home;
    }

    /** Brings both sites up, and loads the registry. @throws Error with the output of what fails */
    start(): void {
        must(this.home.lab("up", ...SITES, "--nodes", "real"));
        SITES.forEach((site) => this.home.up(site));
        must(this.home.data("load", "--site", "tallinn", "--people", "3000"));
    }

    /** Removes a restored site, both sites and the home. */
    remove(): void {
        this.home.restore("--remove");
        this.home.remove();
    }

    /** The digests of all tables, as JSON. */
    digests(site: string): string {
        return must(this.home.data("digest", "--site", site, "--json")).stdout;
    }

    /** Writes, and records the registry's digests and an instant between the last commit and the next one. */
    moment(name: string): Moment {
        must(this.home.data("write", "--site", "tallinn", "--rate", "20", "--for", "2s"));
        const file = join(this.home.path, `${name}.json`);
        writeFileSync(file, this.digests("tallinn"));
        return { at: new Date().toISOString(), file };
    }

    /** Runs kubectl in Tallinn. @returns its output */
    kubectl(...args: string[]): string {
        return must(this.home.kubectl("tallinn", ...args)).stdout.trim();
    }

    complete(job: string): void {
        this.kubectl("wait", this.namespace, `job/${job}`, "--for=condition=complete", "--timeout=300s");
    }

    /** Runs SQL as the superuser in the leader's pod, which is possible only with access to the machine. */
    async sql(statement: string): Promise<string> {
        const leader = ["get", "pods", this.namespace, "--selector=role=primary", "-o"];
        const psql = [`${POSTGRES_PROGRAMS}/psql`, "--host=/run/postgresql", "--dbname=population", "-Atc", statement];
        return inContainer(
            this.kubectl(...leader, 'jsonpath={..containerStatuses[?(@.name=="database")].containerID}'),
            psql,
        );
    }

    /** Waits for up to `limit` milliseconds, a minute by default. @returns whether the condition holds */
    async until(holds: () => boolean | Promise<boolean>, limit = MINUTES): Promise<boolean> {
        const deadline = Date.now() + limit;
        while (Date.now() < deadline) {
            if (await holds()) {
                return true;
            }
            await sleep(1_000);
        }
        return false;
    }
}
