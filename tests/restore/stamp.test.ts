import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type EmbassyConfig, parseConfig } from "../../infra/site/config";
import type { Instant } from "../../infra/conventions/instant";
import { stampStackFile } from "../../restore/stamp";
import { wholeConfig } from "../../toolchain/cli/project-config";

const template = readFileSync(join(__dirname, "..", "..", "Pulumi.restore.yaml"), "utf8");

const site = "restore-audit";

function configOf(text: string): Extract<EmbassyConfig, { restore: unknown }> {
    const config = parseConfig("restore", wholeConfig(text));
    if (!("restore" in config)) {
        throw new Error("the template restores nothing");
    }
    return config;
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
        expect(stamped.site.context).toBe("restore-audit");
        const plain = configOf(template);
        const { restore, registries } = plain;
        const { context } = plain.site;
        expect({ ...stamped, site: { ...stamped.site, context }, restore, registries }).toEqual(plain);
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
        expect(stamped.restore.generations).toEqual({ land: 1 });
        expect(stamped.keys.generations).toEqual({ land: [2] });
    });
});
