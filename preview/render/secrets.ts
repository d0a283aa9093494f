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

/** The value with each secret in it replaced by {@link HIDDEN}, and its keys in order, as protobuf has them. */
export function mask(value: unknown): unknown {
    if (isSecret(value)) {
        return hide(value.value);
    }
    if (Array.isArray(value)) {
        return value.map(mask);
    }
    if (typeof value === "object" && value !== null) {
        const items = value as Readonly<Record<string, unknown>>;
        return Object.fromEntries(
            Object.keys(items)
                .sort()
                .map((name) => [name, mask(items[name])]),
        );
    }
    return value;
}

/** The names in a secret map are not secret, and reviewers want to see them. */
function hide(value: unknown): unknown {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
              Object.keys(value)
                  .sort()
                  .map((name) => [name, HIDDEN]),
          )
        : HIDDEN;
}
