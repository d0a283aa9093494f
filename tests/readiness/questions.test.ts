import { parseConfig } from "../../infra/site/config";
import { ANNOTATION, FENCE, LEASE } from "../../infra/conventions/lease";
import { TOPOLOGY, registryNamespace } from "../../infra/conventions/names";
import { REGISTRIES } from "../../infra/conventions/registries";
import { DATABASE, ROLE_LABEL } from "../../infra/registries/plan-database";
import type { Facts, Pod } from "../../readiness/facts";
import { type Line, lineOf, worst } from "../../readiness/line";
import { questions } from "../../readiness/questions";
import { stackValues } from "../support/stacks";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const DAY = 86_400;
const READY = { conditions: [{ type: "Ready", status: "True" }] };
const WAL = 96 * 1024 * 1024;
const REPORT = {
    member: "database-0",
    asks: true,
    fenced: true,
    writing: true,
    ended: false,
    lsn: WAL,
    at: NOW - 1000,
    waits: false,
};

function machine(name: string, zone: string): Facts["machines"][number] {
    return {
        metadata: { name, labels: { [TOPOLOGY.zone]: zone } },
        status: { allocatable: { cpu: "4", memory: "8Gi" }, ...READY },
    };
}

function member(registry: string, status: object = { xlog_location: WAL }): Pod {
    return {
        metadata: {
            name: "database-0",
            namespace: registryNamespace(registry),
            labels: { "app.kubernetes.io/name": DATABASE, [ROLE_LABEL.key]: ROLE_LABEL.leader },
            annotations: { status: JSON.stringify(status) },
        },
        spec: { containers: [{ resources: { requests: { cpu: "250m", memory: "512Mi" } } }] },
        status: { phase: "Running", containerStatuses: [{ state: {} }] },
    };
}

function lease(annotations: Readonly<Record<string, string>>): Facts["leases"] {
    return new Map(REGISTRIES.map((registry) => [registry, { metadata: { name: LEASE, annotations } }]));
}

function heard(report: object): Facts["leases"] {
    const status = { role: "standby", answered: "1", following: true, says: "grants leases" };
    return lease({ [ANNOTATION.status]: JSON.stringify({ ...status, granted: { id: "1", seconds: 10, report } }) });
}

function writes(annotations: Readonly<Record<string, string>>): Facts["leases"] {
    return lease({
        [ANNOTATION.status]: JSON.stringify({ role: "primary", answered: "1", says: "has no lease" }),
        ...annotations,
    });
}

const HEALTHY: Facts = {
    machines: [machine("a1-1", "a"), machine("b1-1", "b")],
    heartbeats: ["a1-1", "b1-1"].map((name) => ({ metadata: { name }, spec: { renewTime: at(-4) } })),
    pods: REGISTRIES.map((registry) => member(registry)),
    workloads: [
        {
            kind: "Deployment",
            metadata: { name: "dns", namespace: "dns" },
            spec: { replicas: 2 },
            status: { readyReplicas: 2 },
        },
    ],
    schedules: [
        {
            metadata: {
                name: "verify",
                namespace: registryNamespace("land"),
                creationTimestamp: at(-9 * DAY),
                labels: {},
            },
            spec: { schedule: "0 3 * * *" },
            status: { lastSuccessfulTime: at(-9 * 3600) },
        },
    ],
    jobs: [],
    certificates: [
        {
            metadata: { name: "database", namespace: registryNamespace("land") },
            status: { notAfter: at(60 * DAY), ...READY },
        },
    ],
    leases: heard(REPORT),
    keys: new Set(REGISTRIES),
    admission: new Set([FENCE]),
};

function answers(site: "luxembourg" | "tallinn", fault: Partial<Facts>): Line[] {
    return questions(site, parseConfig(site, stackValues(site)), { ...HEALTHY, ...fault }, NOW);
}

/** `question: verdict` of each line that is not green. */
function told(lines: readonly Line[]): string[] {
    return lines.flatMap(({ question, verdict }) => (verdict === "green" ? [] : [`${question}: ${verdict}`]));
}

it("is green on a healthy site, the standby as well as the primary", () => {
    expect(told(answers("luxembourg", {}))).toEqual([]);
    expect(told(answers("tallinn", { leases: writes({ [ANNOTATION.validUntil]: at(8) }) }))).toEqual([]);
});

const [a1, b1] = [machine("a1-1", "a"), machine("b1-1", "b")];
const [first, ...others] = REGISTRIES;

it.each<[string, string, RegExp, Partial<Facts>]>([
    [
        "a machine is away",
        "machines: amber",
        /not ready: b1-1/,
        { machines: [a1, { ...b1, status: { ...b1.status, conditions: [] } }] },
    ],
    ["no machine is left", "machines: red", /there is none/, { machines: [] }],
    [
        "a zone alone is too small",
        "capacity: red",
        /without the zone a there is cpu for 57 %/,
        { machines: [a1, { ...b1, status: { ...b1.status, allocatable: { cpu: "1", memory: "8Gi" } } }] },
    ],
    [
        "a machine's clock is ahead",
        "clocks: red",
        /a1-1 is 30 s ahead/,
        { heartbeats: [{ metadata: { name: "a1-1" }, spec: { renewTime: at(30) } }] },
    ],
    [
        "a machine is silent",
        "clocks: amber",
        /a1-1 was last heard 5 min ago/,
        { heartbeats: [{ metadata: { name: "a1-1" }, spec: { renewTime: at(-300) } }] },
    ],
    [
        "a workload has no pod",
        "workloads: red",
        /StatefulSet dns\/dns has 0 of 1/,
        { workloads: [{ kind: "StatefulSet", metadata: { name: "dns", namespace: "dns" }, spec: {} }] },
    ],
    [
        "a workload lacks a pod",
        "workloads: amber",
        /Deployment dns\/dns has 1 of 2/,
        {
            workloads: [
                {
                    kind: "Deployment",
                    metadata: { name: "dns", namespace: "dns" },
                    spec: { replicas: 2 },
                    status: { readyReplicas: 1 },
                },
            ],
        },
    ],
    [
        "an image is not there",
        "images: red",
        /database-0: ImagePullBackOff/,
        {
            pods: HEALTHY.pods.map((pod) => ({
                ...pod,
                status: { ...pod.status, containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] },
            })),
        },
    ],
    [
        "a registry has no leader",
        "leader: red",
        new RegExp(`^${first} has none$`),
        { pods: [...others.map((registry) => member(registry)), { ...member(first), status: { phase: "Pending" } }] },
    ],
    ["the primary is not fenced", "lease: red", /is not promoted/, { leases: heard({ ...REPORT, fenced: false }) }],
    [
        "the primary was heard an hour ago",
        "lag: amber",
        /last heard 3600 s ago; by a promotion at most 29 s .* \(no byte/,
        { leases: heard({ ...REPORT, at: NOW - 3_600_000 }) },
    ],
    [
        "the standby is behind",
        "lag: amber",
        /32 MiB of WAL behind/,
        { leases: heard({ ...REPORT, lsn: WAL + 32 * 1024 * 1024 }) },
    ],
    [
        "a member has noted no position",
        "lag: amber",
        /96 MiB of WAL behind/,
        { pods: REGISTRIES.map((registry) => member(registry, {})) },
    ],
    ["the fence is not bound", "fence: red", /two sites could write/, { admission: new Set() }],
    [
        "a verification is late",
        "backups: red",
        /verify: last ended well at .*, and is due/,
        { schedules: HEALTHY.schedules.map((each) => ({ ...each, status: { lastSuccessfulTime: at(-3 * DAY) } })) },
    ],
    ["a registry's keys are gone", "keys: red", new RegExp(`none of ${first}$`), { keys: new Set(others) }],
    [
        "a certificate ends soon",
        "certificates: amber",
        /database ends in 13 days/,
        {
            certificates: [
                { metadata: { name: "database", namespace: "dns" }, status: { notAfter: at(13.5 * DAY), ...READY } },
            ],
        },
    ],
    [
        "a certificate was never issued",
        "certificates: red",
        /database is not there/,
        { certificates: [{ metadata: { name: "database", namespace: "dns" } }] },
    ],
])("names it where %s", (_, line, says, fault) => {
    const lines = answers("luxembourg", fault);
    expect(told(lines)).toContain(line);
    const found = lines.find(({ question }) => line.startsWith(`${question}:`));
    expect(found?.says).toMatch(says);
    expect(found?.remedy).toBeTruthy();
});

it.each<[string, string, RegExp, Facts["leases"]]>([
    [
        "its lease has ended",
        "lease: red",
        /stopped writing 5 s ago: has no lease/,
        writes({ [ANNOTATION.validUntil]: at(-5) }),
    ],
    ["nobody follows it yet", "lease: amber", /writes without a lease/, writes({})],
    ["it has another role", "lease: red", /is standby, and declared to be primary/, heard(REPORT)],
    ["it has never had a role", "lease: red", /is nothing yet/, new Map()],
])("names it where a primary is asked and %s", (_, line, says, leases) => {
    const lines = answers("tallinn", { leases });
    expect(told(lines)).toEqual([line]);
    expect(lines.find(({ question }) => question === "lease")?.says).toMatch(says);
});

it("asks for no room for members that wait for the disk of a lost machine", () => {
    const small = { ...b1, status: { ...b1.status, allocatable: { cpu: "1", memory: "8Gi" } } };
    const onDisk = { nodeName: a1.metadata.name, volumes: [{ persistentVolumeClaim: {} }] };
    const pods = HEALTHY.pods.map((pod) => ({ ...pod, spec: { ...pod.spec, ...onDisk } }));
    expect(told(answers("luxembourg", { machines: [a1, small] }))).toEqual(["capacity: red"]);
    expect(told(answers("luxembourg", { machines: [a1, { ...small, metadata: b1.metadata }], pods }))).toEqual([]);
});

it("says the worst first, each remedy once, and is as bad as its worst line", () => {
    const line = lineOf("workloads", "well", [
        { verdict: "amber", says: "one", remedy: "look" },
        { verdict: "red", says: "two", remedy: "look" },
    ]);
    expect(line).toEqual({ question: "workloads", verdict: "red", says: "two; one", remedy: "look" });
    expect(worst([lineOf("fence", "well", []), line])).toBe("red");
    expect(worst([])).toBe("green");
});
