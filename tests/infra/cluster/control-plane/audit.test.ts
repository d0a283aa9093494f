import { AUDIT_LOG, AUDIT_POLICY } from "../../../../infra/cluster/control-plane/audit";
import { hardening } from "../../../../infra/cluster/control-plane/api-server";
import { LEASE, leaderName } from "../../../../infra/conventions/lease";
import { PATRONI_SECONDS } from "../../../../infra/registries/replication/plan";
import { parseConfig } from "../../../../infra/site/config";
import { plan } from "../../../../infra/site/plan";
import { stackValues } from "../../../support/stacks";

const MEBIBYTE = 2 ** 20;

describe("the audit log", () => {
    it.each(["tallinn", "luxembourg"])("holds thirty days of %s, in twice the files that its members fill", (stack) => {
        const { registries } = plan(parseConfig(stack, stackValues(stack)));
        const members = registries.reduce((sum, { database: { members: count } }) => sum + count, 0);
        // In each loop a member writes its status to its own pod. The audit record of that has 1.8 KiB with its body.
        const hourly = (members * (3600 / PATRONI_SECONDS.loopWait) * 1.8 * 1024) / MEBIBYTE;
        expect(members).toBeGreaterThanOrEqual(14);
        expect(AUDIT_LOG.days).toBeGreaterThanOrEqual(30);
        expect(AUDIT_LOG.kept * AUDIT_LOG.size).toBeGreaterThanOrEqual(2 * hourly * 24 * AUDIT_LOG.days);
    });

    it("is rotated by size, compressed, and removed by number and by age, not earlier", () => {
        const flags = hardening({ admission: "", auditPolicy: "", auditLog: "", encryption: "" });
        expect(flags).toEqual(
            expect.arrayContaining([
                `--audit-log-maxsize=${AUDIT_LOG.size}`,
                `--audit-log-maxbackup=${AUDIT_LOG.kept}`,
                `--audit-log-maxage=${AUDIT_LOG.days}`,
                "--audit-log-compress=true",
            ]),
        );
    });

    it("knows the members' locks by the names that they have", () => {
        const { registries } = plan(parseConfig("tallinn", stackValues("tallinn")));
        for (const { database } of registries) {
            expect(JSON.stringify(left)).toContain(JSON.stringify([LEASE, leaderName(database.scope)]));
        }
        expect(registries).toHaveLength(7);
    });

    const left = AUDIT_POLICY.rules.filter(({ level, nonResourceURLs }) => level === "None" && !nonResourceURLs);
    const written = left.filter(({ verbs = ["any"] }) => !verbs.every((verb) => /^(get|list|watch)$/.test(verb)));

    it.each(left)("leaves nothing out but what is done by somebody who is named: %j", (rule) => {
        const who = [...(rule.users ?? []), ...(rule.userGroups ?? [])];
        expect(who).not.toHaveLength(0);
        expect(who.join(" ")).not.toMatch(/\*|system:(masters|authenticated)|embassy:|system:serviceaccounts( |$)/);
    });

    it.each(written)(
        "leaves out what is written in one namespace only, to heartbeats or to objects by name: %j",
        (rule) => {
            expect(rule.namespaces).toHaveLength(1);
            expect(rule.resources).toHaveLength(1);
            const [{ resources, resourceNames = [] } = { resources: [] }] = rule.resources ?? [];
            expect(resources).toHaveLength(1);
            expect(resources[0] === "leases" || resourceNames.length > 0).toBe(true);
            expect(rule.verbs).not.toContain("delete");
        },
    );
});
