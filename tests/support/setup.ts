/** Runs on a test's server the script that a registry's leader runs when it becomes leader: infra/registries/roles.ts. */
import type { DatabasePlan } from "../../infra/registries/plan-database";
import { setupScript } from "../../infra/registries/roles";
import type { Postgres } from "./postgres";

/** Interprets the script as psql does: `\gexec` runs the result of a query, and `\connect` continues in another database. */
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
