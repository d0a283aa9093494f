/** What a report says first of changes to the real stacks. */
import { type Side, compareStack } from "../../preview/compare";
import { reportOf as problemsFirst } from "../../preview/preview";
import { exitCode } from "../../preview/exit-code";
import { LIMIT, markdown } from "../../preview/show/markdown";
import { titleOf } from "../../preview/show/title";
import { marked } from "../../preview/map/compare";
import { parseStackFile } from "../../preview/stack-file";
import { parseConfig } from "../../infra/config";
import { asItIs, edited, mapped, played, registered, reportOf, sideOf, stackText } from "./fixture";

const STACK = "luxembourg";

function lineWith(text: string, part: string): number {
    return text.split("\n").findIndex((line) => line.includes(part)) + 1;
}

/** The first thing that a reader is told. */
function firstPoint(text: string): string {
    return text.split("\n").find((line) => line.startsWith("- ")) ?? "";
}

test("nothing, where nothing changes", async () => {
    const side = await asItIs(STACK);
    const report = compareStack(STACK, "compared", side, side);
    expect(titleOf([report])).toBe("nothing changes");
    expect(exitCode(reportOf(report), true)).toBe(0);
});

test("another storage class: databases are replaced, with empty volumes", async () => {
    const report = await played(STACK, "class: embassy-local", "class: embassy-fast");
    const [first] = report.dangers.filter(({ text }) => text.startsWith("StatefulSet"));
    expect(first).toMatchObject({
        kind: "replaced",
        text: expect.stringContaining("its new volumes are empty") as string,
    });
    expect(first?.objects).toContain("registry-land/database");
    expect(firstPoint(markdown(reportOf(report)))).toMatch(/^- \*\*(deleted|replaced)\*\*/);
    expect(report.restarts.find(({ who }) => who === "registry land's database")?.served).toBe(false);
});

test("a member more: that registry changes alone, and its members restart, as their files name them all", async () => {
    const report = await played(STACK, "taxes: {members: 2", "taxes: {members: 3");
    expect(report.dangers.flatMap(({ objects }) => objects)).not.toContain("registry-taxes/database");
    expect(report.restarts).toMatchObject([{ who: "registry taxes's database", served: true }]);
    expect(report.picture && marked(report.picture)).toEqual([{ mark: "changed", title: "taxes" }]);
    expect(report.objects).toContainEqual(
        expect.objectContaining({
            name: "registry-taxes/database",
            changes: expect.arrayContaining([
                { path: "spec.replicas", replaces: false, before: "2", after: "3" },
            ]) as unknown,
        }),
    );
});

test("another range of allies: one flow closes, another opens", async () => {
    const report = await played(STACK, "networks: [198.51.100.0/24]", "networks: [203.0.113.0/24]");
    expect(report.flows).toEqual({
        opened: ["allies (203.0.113.0/24) → edge : 8443/TCP"],
        closed: ["allies (198.51.100.0/24) → edge : 8443/TCP"],
    });
    expect(firstPoint(markdown(reportOf(report)))).toContain("**flow opened** allies (203.0.113.0/24)");
    expect(report.picture && marked(report.picture)).toContainEqual({ mark: "changed", title: "allies" });
});

test("an image's digest: who runs it restarts", async () => {
    const lock = (digit: string): Record<string, string> => ({ postgres: `sha256:${digit.repeat(64)}` });
    const [before, after] = [await sideOf(STACK, undefined, lock("a")), await sideOf(STACK, undefined, lock("b"))];
    const { restarts } = compareStack(STACK, "compared", before, after);
    expect(restarts.map(({ who }) => who)).toContain("registry population's database");
    expect(restarts.find(({ who }) => who === "registry land's database")).toMatchObject({
        members: ["database-11", "database-10"],
        served: true,
    });
});

test("an ally revoked: who is let in, with the line of the stack file", async () => {
    const report = await played(STACK, "revoked: [1]", "revoked: [1, 2]");
    expect(report.settings[0]).toMatchObject({
        about: "who is let in",
        key: "data-embassy:edge.allies.LV.revoked",
        before: "[1]",
        after: "[1,2]",
        line: lineWith(stackText(STACK), "revoked: [1]"),
    });
});

test("a retention too short: an error, with the line of the stack file, and exit code 1", async () => {
    const text = edited(STACK, "sealDays: 30", "sealDays: 20");
    const file = parseStackFile(text, STACK);
    let problem = "";
    try {
        parseConfig(STACK, file.config);
    } catch (error) {
        problem = (error as Error).message;
    }
    const base = await asItIs(STACK);
    const report = problemsFirst(
        STACK,
        { outcome: { stack: STACK, ...base }, file: base.file },
        { outcome: { stack: STACK, problem }, file },
    );
    // For what a restore may need, and for the time between two full backups.
    expect(report.problems).toEqual(
        ["must be 28 or more", "must be 22 or more"].map((what) => ({
            tree: "head",
            message: expect.stringContaining(what) as string,
            file: `Pulumi.${STACK}.yaml`,
            line: lineWith(text, "sealDays"),
        })),
    );
    expect(firstPoint(markdown(reportOf(report)))).toContain(
        `**error** \`Pulumi.${STACK}.yaml:${lineWith(text, "sealDays")}\``,
    );
    expect(exitCode(reportOf(report), true)).toBe(1);
});

test("Postgres' memory: the registry's members restart one by one, as its budget bears", async () => {
    const report = await played(
        STACK,
        'land: {members: 2, cpu: "2", memory: 4Gi',
        'land: {members: 2, cpu: "2", memory: 6Gi',
    );
    expect(report.restarts).toEqual([
        {
            who: "registry land's database",
            members: ["database-11", "database-10"],
            served: true,
            text: "2 pods restart one after the other (database-11, database-10); the disruption budget bears 1 of 2 missing",
        },
    ]);
});

test("a label everywhere: one line, and no object is listed", async () => {
    const side = await asItIs(STACK);
    const report = compareStack(STACK, "compared", side, labelled(side));
    expect(report.objects).toEqual([]);
    expect(report.noise).toEqual([
        {
            change: { path: "metadata.labels.team", replaces: false, after: "registries" },
            objects: report.counts.reduce((sum, { count }) => sum + count, 0),
        },
    ]);
});

function labelled(side: Side): Side {
    return mapped(side, (inputs) => {
        const metadata = inputs["metadata"] as { labels?: object } | undefined;
        return metadata === undefined
            ? inputs
            : { ...inputs, metadata: { ...metadata, labels: { ...metadata.labels, team: "registries" } } };
    });
}

test("a role for a service account: what it may, and where", async () => {
    const side = await asItIs(STACK);
    const role = registered("Role", "edge", "readers", {
        rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }],
    });
    const binding = registered("RoleBinding", "edge", "readers", {
        roleRef: { kind: "Role", name: "readers" },
        subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "edge" }],
    });
    const after = { ...side, resources: [...side.resources, role, binding] };
    const report = compareStack(STACK, "compared", side, after);
    expect(report.rights.gained).toEqual([
        "ServiceAccount edge/reader may get secrets in edge",
        "ServiceAccount edge/reader may list secrets in edge",
    ]);
    expect(compareStack(STACK, "compared", after, side).rights.lost).toEqual(report.rights.gained);
});

test("a key's generation: said as such, first", async () => {
    const report = await played(STACK, "generations: {}", "generations: {land: [1, 2]}");
    expect(report.settings[0]).toMatchObject({
        about: "generations of keys",
        key: "data-embassy:keys.generations.land",
        after: "[1,2]",
    });
});

test("another life of certificates: those that are issued anew, and the lifetimes", async () => {
    const report = await played("tallinn", "leafDays: 90", "leafDays: 60");
    expect(report.settings[0]).toMatchObject({ about: "lifetimes", before: "90", after: "60" });
    expect(report.certificates).toContain("Certificate registry-land/database-tls");
});

test("what is broken of a rule: rule, object, remedy", async () => {
    const side = await asItIs(STACK);
    const service = registered("Service", "edge", "open", { spec: { type: "NodePort" } });
    const report = compareStack(STACK, "compared", side, { ...side, resources: [...side.resources, service] });
    expect(report.policies).toEqual([
        {
            rule: "no-exposed-services",
            object: "Service edge/open",
            remedy: "spec.type is NodePort; it must be ClusterIP",
            isNew: true,
        },
    ]);
    expect(exitCode(reportOf(report), false)).toBe(1);
});

test("a change to 350 registries fits a comment, with all that is dangerous", () => {
    const names = Array.from({ length: 350 }, (_, index) => `registry-${index}`);
    const spec = (replicas: number, name: string): object => ({
        spec: { serviceName: name, replicas, template: { spec: { containers: [{ name }] } } },
    });
    const side = (name: string): Side => ({
        resources: names.flatMap((namespace) => [
            {
                ...registered("StatefulSet", namespace, "database", { apiVersion: "apps/v1", ...spec(2, name) }, true),
            },
            ...Array.from({ length: 4 }, (_, index) =>
                registered("ConfigMap", namespace, `files-${index}`, { data: { file: name.repeat(80) } }),
            ),
        ]),
        outside: {},
        file: { config: {}, lineOf: () => 1 },
    });
    const text = markdown(reportOf(compareStack(STACK, "compared", side("one"), side("two"))));
    expect(text.length).toBeLessThanOrEqual(LIMIT);
    const replaced = text.split("\n").find((line) => line.startsWith("- **replaced** StatefulSet")) ?? "";
    expect(new Set(replaced.match(/registry-\d+/g))).toEqual(new Set(names));
    expect(text).toMatch(/Cut here: the details of \d+ objects\./);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});
