/** The secrets of stacks, in each form in which they could be written to a file, and the files that have some of them. */
import { spawnSync } from "node:child_process";
import { type Home, must } from "./home";

interface State {
    readonly outputs?: Readonly<Record<string, unknown>>;
}

/** All secrets in the states of `stacks`, whatever they are named. */
export function secretTexts(home: Home, stacks: readonly string[]): string[] {
    const outputs = stacks.flatMap((stack) => {
        const { stdout } = must(home.pulumi("stack", "export", "--stack", stack, "--show-secrets"));
        const { deployment } = JSON.parse(stdout) as { deployment: { resources: State[] } };
        return deployment.resources.map(({ outputs: each = {} }) => each);
    });
    const values = outputs.flatMap((each) => secretsIn(each));
    // In OpenSSH's format, a private key begins with the public one.
    const known = outputs.map((each) => each["publicKeyOpenssh"]).join();
    const words = values.flatMap((value) =>
        // A certificate is stored with its key, but is no secret itself.
        (value.replace(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g, "").match(WORD) ?? []).filter(
            (word) => !word.startsWith(CERTIFICATE) && !known.includes(word),
        ),
    );
    return [...new Set(words.flatMap((word) => [word, ...inBase64(word)]))];
}

/** Matches a password, a derived key, a line of a private key, or a value of a Secret. */
const WORD = /[\w+/]{40,}={0,2}/g;
const CERTIFICATE = Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64").slice(0, 30);

/** The text in base64, as in a Secret, and the bytes in base64 if the text is hexadecimal. */
function inBase64(word: string): string[] {
    const asText = Buffer.from(word).toString("base64").slice(0, 40);
    return /^[\da-f]+$/.test(word) ? [asText, Buffer.from(word, "hex").toString("base64")] : [asText];
}

function secretsIn(value: unknown, isSecret = false): string[] {
    if (typeof value === "string") {
        return isSecret ? [value] : [];
    }
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const { plaintext } = value as { plaintext?: string };
    return plaintext === undefined
        ? Object.values(value).flatMap((inner) => secretsIn(inner, isSecret))
        : secretsIn(JSON.parse(plaintext), true);
}

/** Files with any of these texts, in folders or among files. grep reads the texts from standard input and looks for all of them at once. */
export function filesWith(texts: readonly string[], among: readonly string[]): string[] {
    return matching("-F", texts, among);
}

/** Files with a match of any of these extended regular expressions. */
export function filesLike(patterns: readonly string[], among: readonly string[]): string[] {
    return matching("-E", patterns, among);
}

function matching(kind: "-F" | "-E", texts: readonly string[], among: readonly string[]): string[] {
    const { status, stdout, stderr } = spawnSync(
        "grep",
        ["--text", "--recursive", "--devices=skip", "-l", kind, "-f", "-", "--", ...among],
        {
            input: texts.join("\n"),
            encoding: "utf8",
            env: { ...process.env, LC_ALL: "C" },
            maxBuffer: 64 * 1024 * 1024,
        },
    );
    // The status is 1 if no file contains any of the texts.
    if (status !== 0 && status !== 1) {
        throw new Error(`grep ended with ${status}: ${stderr.slice(0, 2_000)}`);
    }
    return stdout.split("\n").filter((line) => line !== "");
}
