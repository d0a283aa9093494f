/** Measures how much longer a load takes than the bare statements that it consists of. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CATALOGUE } from "../data/catalogue";
import { fromEnvironment } from "../data/environment";
import { load } from "../data/load";
import { constraintsScript, schemaScript } from "../data/registry-data";
import { Postgres } from "../tests/support/postgres";
import { type Figure, ratio } from "./figure";

const tables = Object.keys(CATALOGUE.population.tables);

export async function loading(people: number): Promise<Figure[]> {
    const postgres = await Postgres.start();
    const folder = mkdtempSync(join(tmpdir(), "rows-"));
    // The server runs as another user, and writes into the folder.
    chmodSync(folder, 0o777);
    try {
        await postgres.createDatabase("loaded");
        await postgres.createDatabase("bare");
        const database = fromEnvironment(postgres.environment("loaded"));
        const options = {
            people,
            seed: 1,
            replace: false,
            progress: { update: () => undefined, end: () => undefined },
        };
        const { seconds } = await load(database, "population", options);
        const file = (table: string): string => `'${join(folder, table)}'`;
        for (const table of tables) {
            await postgres.query(`COPY population.${table} TO ${file(table)}`, "loaded");
        }
        const timed = async (...statements: string[]): Promise<number> => {
            const began = performance.now();
            await postgres.query(
                `BEGIN; SET LOCAL maintenance_work_mem = '256MB'; ${statements.join("; ")}; COMMIT`,
                "bare",
            );
            return (performance.now() - began) / 1000;
        };
        const copied = await timed(
            schemaScript("population"),
            ...tables.map((table) => `COPY population.${table} FROM ${file(table)}`),
        );
        const keyed = await timed(
            constraintsScript("population"),
            `ANALYZE ${tables.map((table) => `population.${table}`).join(", ")}`,
        );
        const detail = `${seconds.total.toFixed(1)} s ÷ (${copied.toFixed(1)} s + ${keyed.toFixed(1)} s), ${people} people`;
        return [
            ratio(
                "load ÷ (bare COPY of the same rows + the same keys and statistics)",
                seconds.total,
                copied + keyed,
                1.3,
                detail,
            ),
        ];
    } finally {
        await postgres.remove();
        rmSync(folder, { recursive: true, force: true });
    }
}
