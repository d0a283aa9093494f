import { exposition } from "../../agents/exporter/exposition";
import { type Objects, objectsOf } from "../../agents/exporter/objects";
import { samplesOf } from "../../agents/exporter/samples";
import { ANNOTATION, LEASE } from "../../infra/conventions/lease";
import { METRICS } from "../../infra/conventions/monitoring";
import { LABEL } from "../../infra/conventions/names";
import type { SiteRole } from "../../infra/conventions/site";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const LAND = { name: LEASE, namespace: "registry-land", labels: { [LABEL.registry]: "land" } };

function objects(annotations: Readonly<Record<string, string>> = {}, replicas = 2): Objects {
    return {
        machines: [
            { metadata: { name: "a1-1" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
            { metadata: { name: "b1-1" }, status: { conditions: [{ type: "Ready", status: "Unknown" }] } },
            {
                metadata: { name: "b1-2" },
                spec: { unschedulable: true },
                status: { conditions: [{ type: "Ready", status: "True" }] },
            },
        ],
        workloads: [
            {
                kind: "StatefulSet",
                metadata: { name: "database", namespace: "registry-land" },
                spec: { replicas },
                status: { readyReplicas: 1 },
            },
        ],
        certificates: [{ metadata: { name: "edge-tls", namespace: "edge" }, status: { notAfter: at(86_400) } }],
        schedules: [
            {
                metadata: {
                    name: "store-full",
                    namespace: "registry-land",
                    labels: LAND.labels,
                    creationTimestamp: at(-86_400 * 30),
                },
                spec: { schedule: "0 1 * * *" },
                status: { lastSuccessfulTime: at(-86_400 * 3) },
            },
            {
                metadata: { name: "purge", namespace: "object-store", creationTimestamp: at(-60) },
                spec: { schedule: "0 1 * * *" },
            },
        ],
        jobs: [
            {
                metadata: {
                    name: "store-first-own",
                    namespace: "registry-land",
                    labels: LAND.labels,
                    creationTimestamp: at(-86_400 * 30),
                },
                spec: {},
                status: { completionTime: at(-86_400 * 30 + 60) },
            },
        ],
        leases: new Map([["land", { metadata: { ...LAND, annotations } }]]),
    };
}

async function lines(all: Objects, role: SiteRole = "primary"): Promise<string[]> {
    const { text } = await exposition(samplesOf(all, role, NOW));
    return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

const report = {
    member: "database-0",
    asks: true,
    fenced: true,
    writing: true,
    ended: false,
    lsn: 4096,
    at: NOW - 1000,
    waits: false,
};
const granted = JSON.stringify({
    role: "standby",
    answered: "1",
    following: true,
    says: "grants leases",
    granted: { id: "1", seconds: 10, report },
});

describe("what the exporter tells", () => {
    it("is what the API server knows, in numbers", async () => {
        const told = await lines(objects({ [ANNOTATION.validUntil]: at(8) }));
        expect(told).toEqual(
            expect.arrayContaining([
                'embassy_machine_ready{machine="a1-1"} 1',
                'embassy_machine_ready{machine="b1-1"} 0',
                'embassy_machine_ready{machine="b1-2"} 0',
                'embassy_workload_missing_pods{namespace="registry-land",kind="StatefulSet",workload="database"} 1',
                `embassy_certificate_end_timestamp_seconds{namespace="edge",certificate="edge-tls"} ${NOW / 1000 + 86_400}`,
                'embassy_backup_problem{registry="land",work="store-full"} 1',
                `embassy_backup_last_success_timestamp_seconds{registry="land",work="store-full"} ${NOW / 1000 - 86_400 * 3}`,
                'embassy_backup_problem{registry="",work="purge"} 0',
                `embassy_lease_end_timestamp_seconds{registry="land"} ${NOW / 1000 + 8}`,
                'embassy_registry_differs{registry="land"} 0',
            ]),
        );
    });

    it("is of a standby when it heard from its primary, and nothing of a lease", async () => {
        const told = await lines(
            objects({ [ANNOTATION.status]: granted, [ANNOTATION.problem]: "a role is missing" }),
            "standby",
        );
        expect(told).toEqual(
            expect.arrayContaining([
                `embassy_primary_last_report_timestamp_seconds{registry="land"} ${NOW / 1000 - 1}`,
                'embassy_primary_wal_position_bytes{registry="land"} 4096',
                'embassy_registry_differs{registry="land"} 1',
            ]),
        );
        expect(told.join()).not.toMatch(/lease_end|a role is missing/);
    });

    it("is nothing of what was written down by a registry that runs no more", async () => {
        const told = await lines(objects({ [ANNOTATION.status]: granted }, 0), "standby");
        expect(told.join()).not.toMatch(/embassy_(primary|registry)/);
    });

    it("has the metrics that rules may name, and no other", async () => {
        const { text, type } = await exposition([]);
        expect([...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name)).toEqual(Object.keys(METRICS));
        expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    });
});

describe("the exporter", () => {
    it("asks for lists alone, and of ConfigMaps for those of the leases", async () => {
        const asked: string[] = [];
        const found = await objectsOf((method, path) => {
            asked.push(`${method} ${path}`);
            const items = path.startsWith("/api/v1/configmaps")
                ? [{ metadata: LAND }, { metadata: { name: LEASE } }]
                : [];
            return Promise.resolve({ items });
        });
        expect([...found.leases.keys()]).toEqual(["land"]);
        expect(asked.every((one) => one.startsWith("GET "))).toBe(true);
        expect(asked).toContain("GET /api/v1/configmaps?fieldSelector=metadata.name%3Dlease");
    });
});
