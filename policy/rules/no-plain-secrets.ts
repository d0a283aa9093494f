import { containersOf } from "./pods";
import type { KubernetesObject, Rule } from "./rule";

/** A name that says that the value is a secret; a path says where one is kept. */
const SECRET_NAME = /(PASSWORD|PASSPHRASE|SECRET|TOKEN|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)$/i;
/** PEM (RFC 7468), whatever the algorithm; `age` and OpenSSH have marks of their own. */
const SECRET_VALUE = /-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1/;

export const noPlainSecrets: Rule = {
    name: "no-plain-secrets",
    description: "No secret stands in a variable, an annotation, a label or a ConfigMap.",
    violations: (object) => [
        ...containersOf(object).flatMap(({ env = [] }) =>
            env
                .filter(({ name = "", value }) => value !== undefined && isSecretLike(name, value))
                .map(({ name = "" }) => `variable ${name} has a literal value; it must come out of a mounted Secret`),
        ),
        ...plainData(object).map(
            ([where, key]) => `${where} ${key} looks like a secret; it must be in a Secret, which etcd has encrypted`,
        ),
    ],
};

function plainData({ kind, metadata, data }: KubernetesObject): [string, string][] {
    const places = {
        annotation: metadata?.annotations,
        label: metadata?.labels,
        ...(kind === "ConfigMap" && { key: data }),
    };
    return Object.entries(places).flatMap(([where, values = {}]) =>
        Object.entries(values)
            .filter(([key, value]) => isSecretLike(key, value))
            .map(([key]): [string, string] => [where, key]),
    );
}

/** Whether a name or a value says that the value is a secret. */
export function isSecretLike(name: string, value: string): boolean {
    return (SECRET_NAME.test(name) && value !== "" && !value.startsWith("/")) || SECRET_VALUE.test(value);
}
