/** images/postgres/member.py takes over a live site's database from a release in which Postgres ran as another user. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { POSTGRES_MAJOR } from "../../infra/conventions/postgres";
import { POSTGRES } from "../../infra/conventions/users";
import { PATHS } from "../../infra/registries/plan-database";
import { PostgresImage, describeAsRoot, memberScript } from "../support/postgres-image";

/** The user that Debian's package creates. */
const FORMER = 100;

let image: PostgresImage;

describeAsRoot("a database of another major version of Postgres", () => {
    const start = (): string =>
        image.run(POSTGRES, "python3", "-c", memberScript(`member.refuse_another_version('${PATHS.data}')`));
    const other = join(dirname(dirname(PATHS.data)), "15", "data");

    beforeAll(async () => {
        image = await PostgresImage.create();
    }, 600_000);
    afterAll(() => image.remove());

    it("is neither passed over nor touched: the member does not start, and says why", () => {
        expect(start).not.toThrow();
        image.give(other, { PG_VERSION: "15\n" });
        expect(start).toThrow(/The disk holds data of Postgres 15, this release runs \d+, .*nothing was changed/);
        expect(readFileSync(join(image.root, other, "PG_VERSION"), "utf8")).toBe("15\n");
    });

    it("is a way back beside one that was upgraded", () => {
        image.give(PATHS.data, { PG_VERSION: `${POSTGRES_MAJOR}\n` });
        expect(start).not.toThrow();
    });
});

describeAsRoot("a database that another release's user has left", () => {
    const take = (): string => image.run(POSTGRES, "python3", "-c", memberScript(`member.take_over('${PATHS.data}')`));
    const start = (): string => image.run(POSTGRES, "postgres", "--single", "-D", PATHS.data, "postgres");
    const inRoot = (path: string): string => join(image.root, path);

    beforeAll(async () => {
        image = await PostgresImage.create();
        image.run(POSTGRES, "initdb", "--no-sync", "--locale=C.UTF-8", "-D", PATHS.data);
        // The former release left this owner. A kubelet changes a volume's group: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
        execFileSync("chown", ["-R", `${FORMER}:${POSTGRES.gid}`, inRoot(PATHS.home)]);
        execFileSync("chmod", ["-R", "g+rwX", inRoot(PATHS.home)]);
    }, 600_000);
    afterAll(() => image.remove());

    it("is not opened by Postgres as it is", () => {
        expect(start).toThrow(/has wrong ownership/);
    });

    it("is opened once it is taken over, also where that was interrupted, and stays where it was then", () => {
        // An interrupted takeover has moved only a part of the data.
        execFileSync("mv", [inRoot(PATHS.data), inRoot(`${PATHS.data}.former`)]);
        execFileSync("install", [
            "-d",
            "-m",
            "700",
            "-o",
            `${POSTGRES.uid}`,
            "-g",
            `${POSTGRES.gid}`,
            inRoot(PATHS.data),
        ]);
        execFileSync("mv", [inRoot(`${PATHS.data}.former/base`), inRoot(PATHS.data)]);
        take();
        expect(start()).toMatch(/backend>/);
        take();
        expect(start()).toMatch(/backend>/);
    });
});
