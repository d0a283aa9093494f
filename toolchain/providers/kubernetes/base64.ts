/** Bytes in JSON, as Go's encoder writes them: https://pkg.go.dev/encoding/json#Marshal */
import type { Plain } from "../../plugin/values";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 without the line breaks that Go's decoder passes over; anything else is left for the API server to refuse. */
export function canonicalBase64(value: Plain): Plain {
    if (typeof value !== "string") {
        return value;
    }
    const joined = value.replaceAll(/[\r\n]/g, "");
    return BASE64.test(joined) ? Buffer.from(joined, "base64").toString("base64") : value;
}
