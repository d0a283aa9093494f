import { type Container, containersOf } from "./pods";
import type { KubernetesObject, Rule } from "./rule";

const NAMES =
    "PASSWORD|PASSPHRASE|PASSWD|SECRET|TOKEN|(?:PRIVATE|ACCESS|API|CIPHER|ENCRYPTION|SIGNING)[_-]?KEY|(?:CIPHER|REPO)[_-]?PASS|CREDENTIALS?";
/** A name that says that the value is a secret; a path says where one is kept. */
const SECRET_NAME = new RegExp(`(${NAMES})$`, "i");
/** PEM (RFC 7468), whatever the algorithm; `age` and OpenSSH have marks of their own. */
const SECRET_VALUE = /-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1/;
/** A setting in a file or an argument: the name, and the value after it. A variable or a path instead of a value says where the secret is. */
const SECRET_SETTING = new RegExp(`([\\w.-]*(?:${NAMES}))["']?\\s*[=:]\\s*["']?([^\\s"',;]+)`, "gi");
const ELSEWHERE = /^([/$<{]|%[({]|file:|null$|~$|true$|false$)/i;

export const noPlainSecrets: Rule = {
    name: "no-plain-secrets",
    description:
        "No secret stands in a variable, an argument, an annotation, a label or a ConfigMap, nor comes into a variable.",
    violations: (object) => [
        ...containersOf(object).flatMap(({ env = [] }) =>
            env
                .filter(({ name = "", value }) => value !== undefined && isSecret(name, value))
                .map(({ name = "" }) => `variable ${name} has a literal value; it must come out of a mounted Secret`),
        ),
        ...containersOf(object).flatMap(variablesOf),
        ...containersOf(object).flatMap((container) =>
            argumentsOf(container).map(
                (name) => `argument ${name} has a literal value; arguments are seen by everybody: it must be a file`,
            ),
        ),
        ...plainData(object).map(
            ([where, key]) => `${where} ${key} looks like a secret; it must be in a Secret, which etcd has encrypted`,
        ),
    ],
};

/** A container runtime writes variables down on the machine's disk, in clear, wherever they come from. */
function variablesOf({ env = [], envFrom = [] }: Container): string[] {
    const each = env.filter(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined);
    const all = envFrom.filter(({ secretRef }) => secretRef !== undefined);
    return [
        ...each.map(({ name = "" }) => `variable ${name} comes out of a Secret`),
        ...all.map(({ secretRef }) => `variables come out of the Secret ${secretRef?.name ?? "without a name"}`),
    ].map((what) => `${what}, and a machine's disk keeps variables in clear; mount it as a file`);
}

/** Names of the secrets among a container's arguments: `--name=value`, or a name followed by its value. */
function argumentsOf({ command = [], args = [] }: Container): string[] {
    const words = [...command, ...args];
    return words.flatMap((word, index) => {
        const next = words[index + 1] ?? "-";
        const isFlag = /^-/.test(word) && !word.includes("=") && SECRET_NAME.test(word);
        const apart = isFlag && !next.startsWith("-") && !ELSEWHERE.test(next) ? [word] : [];
        return [...apart, ...settings(word)];
    });
}

/** Names of the secrets that a text sets; none for a text that is not known yet. */
function settings(text = ""): string[] {
    const set = [...text.matchAll(SECRET_SETTING)].filter(([, , value = ""]) => !ELSEWHERE.test(value));
    return [...set.map(([, name = ""]) => name), ...(SECRET_VALUE.test(text) ? ["with a private key"] : [])];
}

/** The engine compiles the pack without the types of Node.js: https://developer.mozilla.org/docs/Web/API/Window/atob */
const { atob } = globalThis as unknown as { readonly atob: (text: string) => string };

/** Decodes bytes to characters, and returns "" for invalid base64, which an API server accepts in no ConfigMap. */
function decode(base64: string): string {
    try {
        return atob(base64);
    } catch {
        return "";
    }
}

function plainData(object: KubernetesObject): [string, string][] {
    const { kind, metadata, data, binaryData = {} } = object;
    const decoded = Object.entries(binaryData).map(([key, value]) => [key, decode(value)]);
    const places = {
        annotation: metadata?.annotations,
        label: metadata?.labels,
        ...(kind === "ConfigMap" && { key: { ...data, ...(Object.fromEntries(decoded) as Record<string, string>) } }),
    };
    return Object.entries(places).flatMap(([where, values = {}]) =>
        Object.entries(values)
            .filter(([key, value]) => isSecret(key, value))
            .map(([key]): [string, string] => [where, key]),
    );
}

/** Whether a value is a secret by its name, or a text in which one is set. */
function isSecret(name: string, value = ""): boolean {
    return isSecretLike(name, value) || settings(value).length > 0;
}

/** Whether a name or a value says that the value is a secret. */
export function isSecretLike(name: string, value: string): boolean {
    return (SECRET_NAME.test(name) && value !== "" && !value.startsWith("/")) || SECRET_VALUE.test(value);
}
