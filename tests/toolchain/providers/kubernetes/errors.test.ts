import { ApiError, UnreachableError, failure, maskSecrets } from "../../../../toolchain/providers/kubernetes/errors";
import { Secret } from "../../../../toolchain/plugin/values";

const status = (
    code: number,
    reason: string,
    details: Record<string, never> | object = {},
    message = "refused",
): ApiError => new ApiError(code, { kind: "Status", reason, message, details: details as Record<string, never> });

describe("ApiError", () => {
    it("takes only the API server's word for a missing object", () => {
        expect(status(404, "NotFound", { name: "a", kind: "secrets" }).isObjectMissing("a")).toBe(true);
        expect(status(404, "NotFound", { name: "b", kind: "secrets" }).isObjectMissing("a")).toBe(false);
        expect(status(404, "NotFound").isObjectMissing("a")).toBe(false);
        expect(new ApiError(404, {}, "404 page not found").isObjectMissing("a")).toBe(false);
        expect(status(500, "NotFound", { name: "a" }).isObjectMissing("a")).toBe(false);
    });

    it("tells a missing kind from a missing object", () => {
        expect(new ApiError(404, {}, "404 page not found").isRouteMissing()).toBe(true);
        expect(status(404, "NotFound").isRouteMissing()).toBe(true);
        expect(status(404, "NotFound", { name: "a" }).isRouteMissing()).toBe(false);
    });
});

describe("failure", () => {
    const explain = (error: unknown): string =>
        failure(error, "cannot update Deployment land/web", {}, "data-embassy").message;

    it("names field, owner and ways on in a conflict", () => {
        const causes = [
            { reason: "FieldManagerConflict", message: 'conflict with "hpa" using apps/v1', field: ".spec.replicas" },
        ];
        expect(explain(status(409, "Conflict", { causes }))).toMatch(
            /land\/web: \.spec\.replicas belongs to field manager "hpa".*"data-embassy".*ignoreChanges.*patchForce/,
        );
    });

    it("explains a namespace that is being deleted", () => {
        expect(explain(status(403, "Forbidden", { causes: [{ reason: "NamespaceTerminating" }] }))).toContain(
            "is being deleted",
        );
    });

    it("says how to adopt what exists", () => {
        expect(explain(status(409, "AlreadyExists"))).toMatch(/exists already.*pulumi import.*upsertExistingObjects/);
    });

    it("passes an unreachable cluster on as it is", () => {
        const error = new UnreachableError("away");
        expect(failure(error, "cannot read", {}, "")).toBe(error);
    });
});

describe("maskSecrets", () => {
    const pem = "-----BEGIN KEY-----\nabc\n-----END KEY-----";
    const properties = {
        data: new Secret({ password: Buffer.from("hunter22").toString("base64"), key: pem }),
        plain: "visible",
    };

    it("hides numbers, what Go's JSON escapes, base64, and what was secret before", () => {
        const now = { a: new Secret(31415926), b: new Secret("a<b>&c") };
        const message = `31415926 a\\u003cb\\u003e\\u0026c ${btoa("a<b>&c")} former`;
        expect(maskSecrets(message, now, { c: new Secret(["former"]) })).toBe("[secret] [secret] [secret] [secret]");
    });

    it.each(["hunter22", Buffer.from("hunter22").toString("base64"), pem, JSON.stringify(pem)])(
        "hides %j",
        (secret) => {
            const masked = maskSecrets(`Invalid value: ${secret}: visible`, properties);
            expect(masked).toMatch(/^Invalid value: "?\[secret\]"?: visible$/);
        },
    );
});
