/** What a registry's leader runs as it takes the role, on a server for tests: infra/registries/roles.ts. */
import type { DatabasePlan } from "../../infra/registries/plan-database";
import { setupScript } from "../../infra/registries/roles";
import type { Postgres } from "./postgres";

/** As psql reads it: `\gexec` runs what a query gives, `\connect` goes on in another database. */
export async function setUp(server: Postgres, plan: DatabasePlan): Promise<void> {
    const [before = "", after = ""] = setupScript(plan).split(/^\\connect .*$/m);
    for (const statement of before.split(/(?<=;|\\gexec)\n/).filter((each) => each.trim() !== "")) {
        const [found] = await server.query(statement.replace(/\\gexec$/, ""));
        if (statement.endsWith("\\gexec") && found !== undefined) {
            await server.query(String(Object.values(found)[0]));
        }
    }
    await server.query(after, plan.database);
}
