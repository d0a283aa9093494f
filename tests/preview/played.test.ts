/** What a report says first about changes to a real stack, in every format. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "sarif";
import { parseConfig } from "../../infra/site/config";
import { compareStack } from "../../preview/compare-stack";
import type { Side } from "../../preview/side";
import { exitCode } from "../../preview/exit-code";
import { reportOf as problemsFirst } from "../../preview/preview";
import { renderStacks } from "../../preview/render";
import { type StackReport, report as schema } from "../../preview/report";
import { FORMATS } from "../../preview/show/formats";
import { LIMIT, markdown } from "../../preview/show/markdown";
import { titleLine, titleOf } from "../../preview/show/title";
import { NO_FILE, parseStackFile } from "../../preview/stack-file";
import { repoRoot } from "../../command-line/paths";
import { asItIs, edited, mapped, played, registered, reportOf, stackText } from "./fixture";

const STACK = "luxembourg";

function lineWith(text: string, part: string): number {
    return text.split("\n").findIndex((line) => line.includes(part)) + 1;
}

interface Change {
    readonly what: string;
    /** Makes the report. It renders as few stacks as possible, because each takes as long as everything else. */
    readonly play: () => Promise<StackReport>;
    /** The mark of the report's first entry, as a person reads it. */
    readonly mark: string;
    /** The rule of the first entry, as a machine reads it. */
    readonly rule: string;
    /** The text of the first entry, in every format. */
    readonly first: RegExp;
    /** A text in the stack file's line to which the first entry refers. Without it, the entry refers to the file's first line. */
    readonly at?: string;
    /** The report's title, in which `#` matches any number. */
    readonly title: string;
    /** Further texts in every format. */
    readonly also?: readonly string[];
    /** Pairs of a fact in the report and its expected value. */
    readonly facts?: (report: StackReport) => readonly (readonly [unknown, unknown])[];
}

function stackEdit(from: string, to: string): Change["play"] {
    return () => played(STACK, from, to);
}

/** Plays a change of the program by its effect on the objects. */
function objectEdit(change: (side: Side) => Side): Change["play"] {
    return async () => {
        const side = await asItIs(STACK);
        return compareStack(STACK, "compared", side, change(side));
    };
}

/** Plays an edit of the stack file that the schema refuses. */
function refused(from: string, to: string): Change["play"] {
    return async () => {
        const base = await asItIs(STACK);
        const file = parseStackFile(edited(STACK, from, to), STACK);
        let problem = "";
        try {
            parseConfig(STACK, file.config);
        } catch (error) {
            problem = (error as Error).message;
        }
        return problemsFirst(
            STACK,
            { outcome: { stack: STACK, ...base }, file: base.file },
            { outcome: { stack: STACK, problem }, file },
        );
    };
}

/** Plays edits that the program refuses only after planning, so the stack is rendered from a separate tree. */
function treeEdit(...edits: readonly (readonly [from: string, to: string])[]): Change["play"] {
    return async () => {
        const root = mkdtempSync(join(tmpdir(), "played-"));
        try {
            for (const name of ["infra", "policy", "Pulumi.yaml", "node_modules"]) {
                symlinkSync(join(repoRoot, name), join(root, name));
            }
            const text = edits.reduce((known, [from, to]) => known.replace(from, to), stackText(STACK));
            writeFileSync(join(root, `Pulumi.${STACK}.yaml`), text);
            const base = await asItIs(STACK);
            return problemsFirst(
                STACK,
                { outcome: { stack: STACK, ...base }, file: base.file },
                { outcome: (await renderStacks(root, [STACK])).get(STACK), file: parseStackFile(text, STACK) },
            );
        } finally {
            rmSync(root, { recursive: true });
        }
    };
}

function withLabel(inputs: Record<string, unknown>): object {
    const metadata = inputs["metadata"] as { labels?: object } | undefined;
    return metadata === undefined
        ? inputs
        : { ...inputs, metadata: { ...metadata, labels: { ...metadata.labels, team: "registries" } } };
}

/** Names Postgres' image by digest, as where images were built. */
function pinned(digit: string): (side: Side) => Side {
    return (side) =>
        mapped(side, (inputs) =>
            JSON.parse(
                JSON.stringify(inputs).replaceAll(/(\/postgres)(?:[:@][^"]*)?"/g, `$1@sha256:${digit.repeat(64)}"`),
            ),
        );
}

/** Adds a rule to the edge's network policy. */
function opened(direction: "ingress" | "egress", peer: object): (side: Side) => Side {
    const rule = { [direction === "ingress" ? "from" : "to"]: [peer], ports: [{ protocol: "TCP", port: 443 }] };
    return (side) =>
        mapped(side, (inputs) => {
            const { name, namespace } = (inputs["metadata"] ?? {}) as Record<string, string>;
            const spec = (inputs["spec"] ?? {}) as Record<string, readonly object[] | undefined>;
            return inputs["kind"] === "NetworkPolicy" && namespace === "edge" && name === "edge"
                ? { ...inputs, spec: { ...spec, [direction]: [...(spec[direction] ?? []), rule] } }
                : inputs;
        });
}

function withRole(side: Side): Side {
    const role = registered("Role", "edge", "readers", {
        rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }],
    });
    const binding = registered("RoleBinding", "edge", "readers", {
        roleRef: { kind: "Role", name: "readers" },
        subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "edge" }],
    });
    return { ...side, resources: [...side.resources, role, binding] };
}

const CHANGES: readonly Change[] = [
    {
        what: "a registry's storage class",
        play: stackEdit("class: embassy-local", "class: embassy-fast"),
        mark: "replaced",
        rule: "replaced",
        first: /StatefulSet .*its new volumes are empty.*registry-land/,
        at: "class: embassy-local",
        title: "2 deleted, # replaced, # changed, 2 created, 1 unprotected",
        also: ["data has to be copied or restored"],
        facts: ({ restarts }) => [[restarts.find(({ who }) => who === "registry land's database")?.served, false]],
    },
    {
        what: "a member more",
        play: stackEdit("taxes: {number: 0, members: 2", "taxes: {number: 0, members: 3"),
        // The configuration lists all members, so the existing ones restart. Data stays where it is.
        mark: "restarts",
        rule: "restart",
        first: /2 pods restart one after the other/,
        at: "taxes: {number: 0, members: 2",
        title: "# replaced, # changed",
        facts: ({ dangers, objects }) => [
            [dangers, []],
            [
                objects
                    .find(({ name }) => name === "registry-taxes/database")
                    ?.changes.filter(({ path }) => path === "spec.replicas"),
                [{ path: "spec.replicas", replaces: false, before: "2", after: "3" }],
            ],
        ],
    },
    {
        what: "a range of addresses",
        play: stackEdit("networks: [198.51.100.0/24]", "networks: [203.0.113.0/24]"),
        mark: "flow opened",
        rule: "flow-opened",
        first: /allies \(203\.0\.113\.0\/24\) → edge : 8443\/TCP/,
        at: "networks: [198.51.100.0/24]",
        title: "# changed, 1 flow opened, 1 flow closed",
        also: ["allies (198.51.100.0/24) → edge : 8443/TCP"],
    },
    {
        what: "an image's digest",
        play: async () => {
            const side = await asItIs(STACK);
            return compareStack(STACK, "compared", pinned("a")(side), pinned("b")(side));
        },
        mark: "restarts",
        rule: "restart",
        first: /2 pods restart one after the other/,
        // Jobs are the objects that are replaced.
        title: "# replaced, # changed",
        also: ["registry", "population"],
        facts: ({ restarts }) =>
            restarts
                .filter(({ who }) => who === "registry land's database")
                .map(({ members, served }) => [
                    { members, served },
                    { members: ["database-11", "database-10"], served: true },
                ]),
    },
    {
        what: "an image by tag where it was pinned",
        play: async () => {
            const side = await asItIs(STACK);
            return compareStack(STACK, "compared", pinned("a")(side), side);
        },
        mark: "loses protection",
        rule: "loses-protection",
        first: /StatefulSet has an image by tag in container database/,
        title: "# replaced, # changed, # unprotected",
    },
    {
        what: "a flow to the edge",
        play: objectEdit(
            opened("ingress", { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "dns" } } }),
        ),
        mark: "flow opened",
        rule: "flow-opened",
        first: /dns → edge : 443\/TCP/,
        title: "1 changed, 1 flow opened",
    },
    {
        what: "a flow from the edge",
        play: objectEdit(opened("egress", { ipBlock: { cidr: "192.0.2.7/32" } })),
        mark: "rule public-cloud",
        rule: "public-cloud",
        first: /egress to 192\.0\.2\.7\/32 is outside of the sites/,
        title: "1 changed, 1 flow opened, 1 rule broken",
        also: ["edge → 192.0.2.7/32 : 443/TCP"],
    },
    {
        what: "an ally revoked",
        play: stackEdit("revoked: [1]", "revoked: [1, 2]"),
        mark: "who is let in",
        rule: "agreed-setting",
        first: /data-embassy:edge\.allies\.LV\.revoked: \[1\] → \[1,2\]/,
        at: "revoked: [1]",
        title: "# changed",
        facts: ({ settings: [first] }) => [
            [
                [first?.before, first?.after],
                ["[1]", "[1,2]"],
            ],
            [first?.line, lineWith(stackText(STACK), "revoked: [1]")],
        ],
    },
    {
        what: "a host taken from a rack",
        play: treeEdit(
            ["hosts: {worker: [1, 2], control-plane: [3]}", "hosts: {worker: [1], control-plane: [3]}"],
            ["a: 4", "a: 3"],
        ),
        mark: "error",
        rule: "stack-file",
        first: /must be able to fail/,
        at: "a1: {feeds",
        title: "1 error",
        also: ["too little is left"],
        facts: (report) => [
            [report.settings[0]?.key, "data-embassy:cluster.racks.a1.hosts.worker"],
            [exitCode(reportOf(report), false), 1],
        ],
    },
    {
        what: "a retention too short",
        play: refused("objectLockDays: 30", "objectLockDays: 20"),
        mark: "error",
        rule: "stack-file",
        first: /objectLockDays/,
        at: "objectLockDays",
        title: "2 errors",
        // One limit is what a restore may need, and the other one is the time between two full backups.
        also: ["must be 28 or more", "must be 22 or more"],
        facts: (report) => [
            [report.problems.map(({ line }) => line), Array(2).fill(lineWith(stackText(STACK), "objectLockDays"))],
            [exitCode(reportOf(report), true), 1],
        ],
    },
    {
        what: "a retention shorter than it was",
        play: objectEdit((side) => ({
            ...side,
            file: parseStackFile(edited(STACK, "objectLockDays: 30", "objectLockDays: 29"), STACK),
        })),
        mark: "loses protection",
        rule: "loses-protection",
        first: /data-embassy:storage\.objectLockDays is 29 instead of 30/,
        at: "objectLockDays",
        title: "1 unprotected",
        also: [`Pulumi.${STACK}.yaml:${lineWith(stackText(STACK), "objectLockDays")}`],
    },
    {
        what: "a role for a service account",
        play: objectEdit(withRole),
        mark: "rule no-entry",
        rule: "no-entry",
        first: /a role has secrets; .*: Role edge\/readers/,
        title: "2 created, 1 right gained, # rules broken",
        also: ["ServiceAccount edge/reader may get, list secrets in edge"],
    },
    {
        what: "a key's generation",
        play: stackEdit("generations: {}", "generations: {land: [1, 2]}"),
        mark: "generations of keys",
        rule: "agreed-setting",
        first: /data-embassy:keys\.generations\.land: none → \[1,2\]/,
        at: "generations: {}",
        title: "# deleted, # changed, # created",
    },
    {
        what: "Postgres' memory",
        play: stackEdit(
            'land: {number: 1, members: 2, cpu: "2", memory: 4Gi',
            'land: {number: 1, members: 2, cpu: "2", memory: 6Gi',
        ),
        mark: "restarts",
        rule: "restart",
        first: /2 pods restart one after the other \(database-11, database-10\); the disruption budget bears 1 of 2 missing/,
        at: "land: {number: 1, members: 2",
        title: "# changed",
        facts: ({ restarts }) => [[restarts.length, 1]],
    },
    {
        what: "a label everywhere",
        play: objectEdit((side) => mapped(side, withLabel)),
        mark: "in # objects alike",
        rule: "alike-everywhere",
        first: /metadata\.labels\.team: none → registries/,
        title: "# changed",
        facts: ({ objects, noise, counts }) => [
            [objects, []],
            [noise.map((one) => one.objects), [counts.reduce((sum, { count }) => sum + count, 0)]],
        ],
    },
    {
        what: "the life of certificates",
        play: stackEdit("leafDays: 90", "leafDays: 60"),
        // Certificates are issued anew, which loses nothing.
        mark: "lifetimes",
        rule: "agreed-setting",
        first: /data-embassy:keys\.leafDays: 90 → 60/,
        at: "leafDays",
        title: "# replaced, # changed",
        also: ["registry-land/database-tls"],
    },
];

/** Formats that tell everything. The format of one line has only counts. */
const TELL_ALL = ["markdown", "html", "json", "junit", "sarif"] as const;

/** A text without the markup and escapes of its format. */
function plain(text: string): string {
    const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", amp: "&" };
    return text
        .replaceAll(/<[^>]+>/g, "")
        .replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
        .replaceAll(/[\\`*"]/g, "");
}

/** A report's first entry, with its mark. */
type First = readonly [mark: string | undefined, text: string];

/** The first entry that is not a margin. Margins have their own tests. */
function firstMatch(text: string, pattern: RegExp): First {
    const [, mark, said = ""] = [...text.matchAll(pattern)].find(([, name]) => !/margin$/.test(name ?? "")) ?? [];
    return [mark, plain(said)];
}

function firstOfSarif(text: string): { readonly first: First; readonly line: number | undefined } {
    const { runs } = JSON.parse(text) as Log;
    const result = runs[0]?.results?.find(({ ruleId }) => ruleId !== "tier4-margin");
    const line = result?.locations?.[0]?.physicalLocation?.region?.startLine;
    return { first: [result?.ruleId, plain(result?.message.text ?? "")], line };
}

function pattern(text: string): RegExp {
    return new RegExp(`^${text.replaceAll("#", String.raw`\d+`)}$`);
}

test.each(CHANGES)("$what", async ({ play, mark, rule, first, at, title, also = [], facts = () => [] }) => {
    const report = await play();
    const whole = reportOf(report);
    const texts = Object.fromEntries(
        await Promise.all(TELL_ALL.map(async (format) => [format, await FORMATS[format].text(whole)])),
    ) as Record<(typeof TELL_ALL)[number], string>;
    const sarif = firstOfSarif(texts.sarif);
    const told = {
        markdown: firstMatch(texts.markdown, /^- \*\*(.*?)\*\* (.*)$/gm),
        html: firstMatch(texts.html, /<li><strong>(.*?)<\/strong> (.*)<\/li>/g),
        junit: firstMatch(texts.junit, /name="([\w-]+): [^"]*">\s*<(?:failure|skipped|system-out)[^>]*>([^<]*)</g),
        sarif: sarif.first,
    };
    const said = expect.stringMatching(first) as unknown;
    expect(told).toEqual({
        markdown: [expect.stringMatching(pattern(mark)), said],
        html: [expect.stringMatching(pattern(mark)), said],
        junit: [rule, said],
        sarif: [rule, said],
    });
    const line = at === undefined ? 1 : lineWith(stackText(STACK), at);
    expect(sarif.line).toBe(line);
    expect(told.junit[1]).toMatch(new RegExp(`^Pulumi\\.${STACK}\\.yaml:${line}: `));
    expect(titleLine(whole)).toMatch(pattern(`${STACK}: ${title}\n`));
    expect(schema.parse(JSON.parse(texts.json))).toEqual(JSON.parse(JSON.stringify(whole)));
    for (const part of also) {
        for (const format of TELL_ALL) {
            expect({ format, text: plain(texts[format]) }).toEqual({
                format,
                text: expect.stringContaining(plain(part)) as string,
            });
        }
    }
    for (const [found, right] of facts(report)) {
        expect(found).toEqual(right);
    }
});

test("nothing, where nothing changes", async () => {
    const side = await asItIs(STACK);
    const report = compareStack(STACK, "compared", side, side);
    expect(titleOf([report])).toBe("nothing changes");
    expect(exitCode(reportOf(report), true)).toBe(0);
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
        file: NO_FILE,
    });
    const text = markdown(reportOf(compareStack(STACK, "compared", side("one"), side("two"))));
    expect(text.length).toBeLessThanOrEqual(LIMIT);
    const replaced = text.split("\n").find((line) => line.startsWith("- **replaced** StatefulSet")) ?? "";
    expect(new Set(replaced.match(/registry-\d+/g))).toEqual(new Set(names));
    expect(text).toMatch(/Cut here: the details of \d+ objects\./);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});
