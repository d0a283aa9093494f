import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../../infra/site/config";
import type { Instant } from "../../infra/conventions/instant";
import { stampStackFile } from "../../restore/stamp";

const template = readFileSync(join(__dirname, "..", "..", "Pulumi.restore.yaml"), "utf8");

const site = "restore-audit";

function configOf(text: string): ReturnType<typeof parseConfig> {
    return parseConfig("restore", (parse(text) as { config: Record<string, unknown> }).config);
}

const AT = "2026-03-01T12:00:00.927040Z" as Instant;

describe("a restore environment's stack file", () => {
    it("is the template, told its cluster, what to restore, up to when, and which registries", () => {
        const stamped = configOf(
            stampStackFile(template, {
                site,
                from: "tallinn",
                at: AT,
                registries: ["land"],
                generations: { land: { read: 1, newest: 1 } },
            }),
        );
        expect(stamped.restore).toEqual({ from: "tallinn", at: AT });
        expect(Object.entries(stamped.registries).filter(([, { running }]) => running)).toMatchObject([["land", {}]]);
        expect(stamped.cluster.context).toBe("restore-audit");
        const { cluster, restore, registries } = configOf(template);
        expect({ ...stamped, cluster: { ...stamped.cluster, context: cluster.context }, restore, registries }).toEqual(
            configOf(template),
        );
    });

    it("has the instant in quotes: the engine's reader would take it for a date", () => {
        const text = stampStackFile(template, { site, from: "luxembourg", at: AT, registries: [], generations: {} });
        expect(text).toContain('at: "2026-03-01T12:00:00.927040Z"');
    });

    it("names no instant where all is wanted", () => {
        const stamped = configOf(
            stampStackFile(template, { site, from: "luxembourg", at: undefined, registries: [], generations: {} }),
        );
        expect(stamped.restore).toEqual({ from: "luxembourg" });
    });

    it("says which generation of keys opens what is restored, and has the newest for its own versions", () => {
        const generations = { land: { read: 1, newest: 2 } };
        const stamped = configOf(
            stampStackFile(template, { site, from: "tallinn", at: AT, registries: ["land"], generations }),
        );
        expect(stamped.restore?.generations).toEqual({ land: 1 });
        expect(stamped.keys.generations).toEqual({ land: [2] });
    });
});
