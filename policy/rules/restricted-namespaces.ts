import type { Rule } from "./rule";

const MODES = ["enforce", "audit", "warn"] as const;

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const restrictedNamespaces: Rule = {
    name: "restricted-namespaces",
    description:
        "Every namespace enforces, audits and warns at the restricted Pod Security level, at a pinned version.",
    violations({ kind, metadata }) {
        if (kind !== "Namespace") {
            return [];
        }
        return MODES.flatMap((mode) => {
            const label = `pod-security.kubernetes.io/${mode}`;
            const level = metadata?.labels?.[label] ?? "missing";
            const version = metadata?.labels?.[`${label}-version`] ?? "missing";
            return [
                ...(level === "restricted" ? [] : [`label ${label} is ${level}; it must be restricted`]),
                ...(/^v1\.\d+$/.test(version)
                    ? []
                    : [`label ${label}-version is ${version}; it must be a version such as v1.36`]),
            ];
        });
    },
};
