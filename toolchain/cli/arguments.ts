/** Reads a command line as the CLI does, with https://pkg.go.dev/github.com/spf13/pflag, and finds the command in it as cobra does. */

/** Options with a value, of all commands together. All others are switches, also those that may have a value after `=`. */
const WITH_VALUE = new Set([
    ...[
        "before",
        "cloud-url",
        "color",
        "config",
        "config-file",
        "copy-config-from",
        "count",
        "cwd",
        "default-org",
        "delay",
        "dependency-edge-color",
    ],
    ...[
        "description",
        "dest",
        "dir",
        "dot-fragment",
        "env",
        "event-log",
        "event-type",
        "exclude",
        "file",
        "from",
        "generate-resources",
    ],
    ...[
        "import-file",
        "import-pending-creates",
        "language",
        "mappings",
        "memprofilerate",
        "message",
        "name",
        "organization",
    ],
    ...["otel-traces", "out", "output", "override-env", "page", "page-size", "parallel", "parent", "parent-edge-color"],
    ...[
        "plan",
        "policy-pack",
        "policy-pack-config",
        "profiling",
        "project",
        "properties",
        "provider",
        "replace",
        "resource",
    ],
    ...[
        "runtime-options",
        "save-plan",
        "secrets-provider",
        "since",
        "source",
        "stack",
        "tag",
        "target",
        "target-replace",
    ],
    ...["teams", "tracing", "tracing-header", "type", "urn", "verbose", "version"],
]);

/** Letter → the option. Of the switches' letters only those that stand for `--debug` are here. */
const LETTERS: Readonly<Record<string, string>> = {
    C: "cwd",
    c: "config",
    d: "debug",
    m: "message",
    o: "out",
    p: "parallel",
    s: "stack",
    t: "target",
    v: "verbose",
    x: "exclude",
};

/** Commands for which an option or a letter has another meaning than for the others. */
const OWN: Readonly<
    Record<string, { readonly withValue?: readonly string[]; readonly letters?: Readonly<Record<string, string>> }>
> = {
    "config copy": { letters: { d: "dest" } },
    "config set-all": { withValue: ["json", "plaintext", "secret"] },
    import: { letters: { f: "file" } },
    logs: { letters: { r: "resource" } },
    new: { letters: { d: "description", n: "name", o: "offline" } },
    "stack select": { letters: { c: "create" } },
    watch: { withValue: ["path"] },
};

/** Before the command is known, cobra takes only these for switches; after any other option it takes the next word for its value. */
const SWITCHES_OF_ALL = new Set([
    ...[
        "emoji",
        "fully-qualify-stack-names",
        "disable-integrity-checking",
        "logflow",
        "logtostderr",
        "non-interactive",
        "help",
    ],
    ...["e", "Q", "h"],
]);

export interface CommandLine {
    /** The command, the subcommand, and what they are about. */
    readonly words: readonly string[];
    /** Option without its hyphens → its value, "" for a switch. Where an option is given several times, the last one counts. */
    readonly options: ReadonlyMap<string, string>;
    /** Every option with its value, in the order in which they are given; a repeated option is here each time. */
    readonly given: readonly (readonly [string, string])[];
}

/** Pure. It refuses nothing: the CLI refuses what is not a command line. */
export function parseArguments(args: readonly string[]): CommandLine {
    const words: string[] = [];
    const given: [string, string][] = [];
    const parsed = (more: readonly string[] = []): CommandLine => ({
        words: [...words, ...more],
        options: new Map(given),
        given,
    });
    for (let index = 0; index < args.length; index++) {
        const argument = args[index] as string;
        if (argument === "--") {
            return parsed(args.slice(index + 1));
        }
        if (!argument.startsWith("-") || argument === "-") {
            words.push(argument);
            continue;
        }
        const { name, value } = argument.startsWith("--") ? long(argument, words) : short(argument, words, given);
        given.push([name, value ?? args[++index] ?? ""]);
    }
    return parsed();
}

interface Option {
    readonly name: string;
    /** Undefined where the value is the next argument. */
    readonly value: string | undefined;
}

function long(argument: string, words: readonly string[]): Option {
    const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    return { name, value: value ?? (takesNext(name, name, words) ? undefined : "") };
}

/** Several letters in one argument: the last of them may have a value, in the same argument or the next. */
function short(argument: string, words: readonly string[], given: [string, string][]): Option {
    for (let at = 1; ; at++) {
        const letter = argument[at] ?? "";
        const name = optionOf(letter, words);
        const rest = argument.slice(at + 1);
        if (rest.startsWith("=")) {
            return { name, value: rest.slice(1) };
        }
        if (takesNext(name, letter, words) && (rest === "" || hasValue(name, words))) {
            return { name, value: rest === "" ? undefined : rest };
        }
        if (rest === "") {
            return { name, value: "" };
        }
        given.push([name, ""]);
    }
}

function ownOf([command = "", subcommand = ""]: readonly string[]): (typeof OWN)[string] {
    return OWN[`${command} ${subcommand}`] ?? OWN[command] ?? {};
}

function optionOf(letter: string, words: readonly string[]): string {
    return ownOf(words).letters?.[letter] ?? LETTERS[letter] ?? letter;
}

function hasValue(name: string, words: readonly string[]): boolean {
    return WITH_VALUE.has(name) || (ownOf(words).withValue?.includes(name) ?? false);
}

function takesNext(name: string, written: string, words: readonly string[]): boolean {
    return hasValue(name, words) || (words.length === 0 && name !== "version" && !SWITCHES_OF_ALL.has(written));
}

/** The same command line with more options, before a `--`, after which the CLI takes nothing for an option. */
export function withOptions(args: readonly string[], ...options: readonly string[]): string[] {
    const end = args.indexOf("--");
    return end < 0 ? [...args, ...options] : [...args.slice(0, end), ...options, ...args.slice(end)];
}

/** The same command line with another value for a long option that it has once, before a `--`. */
export function withValue(args: readonly string[], option: string, value: string): string[] {
    const at = args.findIndex((argument) => argument === `--${option}` || argument.startsWith(`--${option}=`));
    const words = args[at] === `--${option}` ? 2 : 1;
    return [...args.slice(0, at), `--${option}=${value}`, ...args.slice(at + words)];
}
