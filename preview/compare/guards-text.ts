/** Finds texts in files and arguments that switch a check off. It has a list of them, and reports nothing that is not on it. Pure. */
import { at, text } from "../../toolchain/providers/kubernetes/objects";
import { parsePath } from "../../toolchain/providers/kubernetes/paths";
import type { PlainMap } from "../../toolchain/plugin/values";
import type { Pair } from "./objects";

const SWITCHES: readonly (readonly [pattern: RegExp, then: string])[] = [
    // https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
    [/\b(?:local|host(?:no)?(?:ssl|gssenc)?)\b[^\n"']*\btrust\b/g, "whoever comes is let in as whom he says"],
    [
        /(?:^|[\n"'])\s*host(?:nossl)?\s+\S+\s+\S+\s+(?:[\d.:a-f]+\/\d+|all|samehost|samenet)\s+(?!reject)[^\n"']*/g,
        "it is asked without TLS",
    ],
    [/\bsslmode["']?\s*[=:]\s*["']?(?:disable|allow|prefer|require)\b/g, "nobody looks whom it is that answers"],
    [/insecure[-_]?skip[-_]?(?:tls[-_]?)?verify/gi, "nobody looks whom it is that answers"],
    [
        /--insecure(?![-\w])|NODE_TLS_REJECT_UNAUTHORIZED|rejectUnauthorized\W+false/g,
        "nobody looks whom it is that answers",
    ],
    [
        /\bverify[-_]?(?:ssl|tls)\W+(?:false|no|off|n)\b|\btls[-_]?verify\W+(?:false|no|off)\b/gi,
        "nobody looks whom it is that answers",
    ],
    [/\banonymous-auth\b\W+true\b/g, "nobody has to say who he is"],
    [/\bauthorization-mode\b[^\n]{0,20}AlwaysAllow/g, "everybody may do everything"],
    [
        /\b(?:fsync|full_page_writes|synchronous_commit)["']?\s*[=:]\s*["']?(?:off|false)\b/g,
        "what was acknowledged may be lost",
    ],
];

/** The dangerous texts that the new value has and the old one lacks. */
export function switchedOff({ before, after, changes }: Pick<Pair, "before" | "after" | "changes">): string[] {
    return changes.flatMap(({ path }) => {
        const steps = parsePath(path);
        const [old = "", next = ""] = [before, after].map((side) => {
            const inputs = side?.inputs as PlainMap | undefined;
            const value = at(inputs, ...steps);
            const said = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
            // The name of an argument or a variable is beside its value.
            const name = steps.at(-1) === "value" ? text(inputs, ...steps.slice(0, -1), "name") : "";
            return name === "" ? said : `${name}=${said}`;
        });
        return SWITCHES.flatMap(([pattern, then]) => {
            const known = new Set(old.match(pattern) ?? []);
            const [found] = (next.match(pattern) ?? []).filter((one) => !known.has(one));
            return found === undefined ? [] : [`has ${found.replace(/^[\s"']+/, "")} in ${path}: ${then}`];
        });
    });
}
