/** A real server whose WAL segments have another size than the declared one, because an earlier release created its database. */
import { Connection } from "../../agents/lease-agent/connection";
import type { ConfigMap, ConfigMaps } from "../../agents/kubernetes";
import { ANNOTATION, LEASE } from "../../infra/conventions/lease";
import { Segment } from "../../agents/lease-agent/segment";
import { Postgres } from "../support/postgres";

jest.setTimeout(120_000);

const LABELS = { "data-embassy/registry": "land" };

let postgres: Postgres;
let connection: Connection;
/** The annotations that members have written, and the number of writes. */
let annotations: Record<string, string>;
let writes: number;

beforeAll(async () => {
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
    // By default initdb uses segments of 16 MiB.
    postgres = await Postgres.start();
    const { PGHOST, PGUSER } = postgres.environment();
    connection = new Connection(PGHOST, PGUSER);
});
afterAll(async () => {
    jest.restoreAllMocks();
    await connection.end();
    await postgres.remove();
});
beforeEach(() => {
    [annotations, writes] = [{ [ANNOTATION.status]: "{}" }, 0];
});

const configMaps: ConfigMaps = {
    list: (labels) => {
        expect(labels).toEqual(LABELS);
        const lease: ConfigMap = { metadata: { name: LEASE, resourceVersion: "1", annotations } };
        return Promise.resolve(new Map([[LEASE, lease]]));
    },
    annotate: (name, changed) => {
        expect(name).toBe(LEASE);
        writes++;
        const all = Object.entries({ ...annotations, ...changed });
        annotations = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
        return Promise.resolve();
    },
};

const segment = (declared: string): Segment => new Segment(connection, configMaps, LABELS, "land", declared);

it("is said once by who leads, with what to declare, and no more once that is declared", async () => {
    await segment("1Mi").pass(false);
    expect(writes).toBe(0);
    const former = segment("1Mi");
    await former.pass(true);
    await former.pass(true);
    expect([annotations[ANNOTATION.problem], writes]).toEqual([
        "its database was made with segments of WAL of 16Mi, and its disks are planned for 1Mi: " +
            "declare walSegment: 16Mi for land in each site's stack file, and run pulumi up",
        1,
    ]);
    await segment("16Mi").pass(true);
    expect(annotations).toEqual({ [ANNOTATION.status]: "{}" });
});
