/** Secrets as they travel between a program and the engine, and how they are hidden before anybody reads them. */

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Replaces a secret. */
export const HIDDEN = "[secret]";

export function secret(value: unknown): unknown {
    return { [SIGNATURE]: SECRET, value };
}

export function isSecret(value: unknown): value is { value: unknown } {
    return typeof value === "object" && value !== null && (value as Record<string, unknown>)[SIGNATURE] === SECRET;
}

/** The value with each secret in it replaced by {@link HIDDEN}, and its keys in order. */
export function mask(value: unknown): unknown {
    if (isSecret(value)) {
        return hide(value.value);
    }
    if (Array.isArray(value)) {
        return value.map(mask);
    }
    if (typeof value === "object" && value !== null) {
        return inOrder(value, mask);
    }
    return value;
}

/** The names in a secret map are not secret, and reviewers want to see them. */
function hide(value: unknown): unknown {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? inOrder(value, () => HIDDEN) : HIDDEN;
}

/** The same keys in order, as protobuf has them. */
function inOrder(items: object, to: (item: unknown) => unknown): unknown {
    return Object.fromEntries(
        Object.entries(items)
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .map(([name, item]) => [name, to(item)]),
    );
}
