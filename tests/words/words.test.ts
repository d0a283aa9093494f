/** Messages, help texts and documents use the common terms for the project's parts. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Hit, hitsInCode, hitsInProse, wordsIn } from "./words";

const ROOT = join(__dirname, "..", "..");

/** Folders whose messages and help texts are checked. */
const CODE = [
    "agents",
    "bench",
    "command-line",
    "custody",
    "data",
    "images",
    "infra",
    "lab",
    "pipelines",
    "policy",
    "preview",
    "restore",
    "toolchain",
];
/** Documents and folders of documents. */
const PROSE: readonly string[] = ["README.md", "docs"];

/** Names that are allowed, by file, with the reason. */
const EXCEPTIONS: Readonly<Record<string, { readonly texts: readonly string[]; readonly why: string }>> = {
    "infra/edge/edge.ts": {
        texts: ["-reader-tls", "reader-tls", "gazette-reader-tls"],
        why: "protected Secrets with certificates of the SQL role `reader`",
    },
    "infra/cluster/access/plan-operator.ts": {
        texts: ["gazette-reader-tls", "reader-tls"],
        why: "the same Secrets, which the operator may read",
    },
    "infra/cluster/access/kubernetes-holders.ts": {
        texts: [
            "kube-system/Role/extension-apiserver-authentication-reader User/system:kube-controller-manager",
            "kube-system/Role/extension-apiserver-authentication-reader User/system:kube-scheduler",
        ],
        why: "Kubernetes' own names",
    },
    "infra/keys/cross-stack-secrets.ts": { texts: ["handovers"], why: "an output in states of an earlier release" },
    "infra/networking/addresses.ts": { texts: ["writer."], why: "a DNS name in both sites' certificates" },
    "infra/networking/dns/dns.ts": { texts: ["data-embassy:networking:NameServer"], why: "an alias for such states" },
    "infra/registries/backups/public-copy.ts": { texts: ["-reader"], why: "a protected Secret" },
    "infra/registries/postgres/database.ts": {
        texts: ["-writer", "writer"],
        why: "a Service with a fixed address, which one of another name could not take",
    },
    "infra/registries/config.ts": { texts: ["reader", "writer"], why: "roles in live databases" },
    "infra/registries/roles.ts": { texts: ["reader", "writer"], why: "roles in live databases" },
    "infra/storage/store-keys.ts": { texts: ["sealer"], why: "an alias for such states" },
};

function filesIn(folders: readonly string[], ...endings: readonly string[]): string[] {
    const patterns = folders.flatMap((folder) => endings.map((ending) => `${folder}${ending}`));
    return patterns.length === 0
        ? []
        : execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...patterns], {
              cwd: ROOT,
              encoding: "utf8",
          })
              .split("\n")
              .filter((file) => file !== "");
}

function isAllowed({ file, text }: Hit): boolean {
    return EXCEPTIONS[file]?.texts.includes(text) ?? false;
}

function told(hits: readonly Hit[]): string[] {
    return hits.map(({ file, line, text, instead }) => `${file}:${line}: ${text.trim()} (now: ${instead})`);
}

describe("the words of what a user reads", () => {
    it("are the field's in messages and help texts", () => {
        const files = filesIn(CODE, "/*.ts");
        expect(files.length).toBeGreaterThan(300);
        const hits = files.flatMap((file) => hitsInCode(file, ROOT));
        expect(told(hits.filter((hit) => !isAllowed(hit)))).toEqual([]);
        const stale = Object.entries(EXCEPTIONS).flatMap(([file, { texts }]) =>
            texts.filter((text) => !hits.some((hit) => hit.file === file && hit.text === text)),
        );
        expect(stale).toEqual([]);
    });

    it("are the field's in documents", () => {
        const hits = filesIn(PROSE, "", "/*.md").flatMap((file) => hitsInProse(file, ROOT));
        expect(told(hits)).toEqual([]);
    });

    it.each([
        ["There is no stored version of taxes.", "backup"],
        ["The steward removed the account.", "object-store controller"],
        ["--rounds is to be a number", "must be, as declared"],
    ])("are told apart: %s", (text, instead) => {
        expect(wordsIn(text).map((word) => word.instead)).toEqual([instead]);
    });

    it("leave other uses alone", () => {
        expect(wordsIn("A lease is held for 15 wall-clock seconds.")).toEqual([]);
    });
});
