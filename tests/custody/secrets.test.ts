import { SECRET_NAMES } from "../../custody/format";
import { secretsIn } from "../../custody/secrets";
import { REGISTRIES } from "../../infra/conventions/registries";
import { renderStack } from "../support/render";
import { exportedState } from "./state";

describe("what there is to keep", () => {
    it("is the root with its certificate, and each registry's secret", () => {
        const secrets = secretsIn(exportedState(), "tallinn");
        expect(Object.keys(secrets)).toEqual(SECRET_NAMES);
        expect(secrets.root).toBe("root's key\nroot's certificate\n");
        expect(secrets.land).toBe("secret of land");
    });

    it("is in the resources that the stack with the root declares", async () => {
        const declared = (await renderStack("tallinn")).map(({ name }) => name);
        const read = ["root-key", "root-certificate", ...REGISTRIES.map((name) => `${name}-secret`)];
        expect(declared).toEqual(expect.arrayContaining(read));
    });

    it("is missed by name", () => {
        const state = exportedState(["land", "taxes"]);
        expect(() => secretsIn(state, "tallinn")).toThrow(
            "The stack tallinn has no key of taxes, land: run npm run pulumi",
        );
        expect(() => secretsIn({ deployment: {} }, "luxembourg")).toThrow("has no key of root, taxes");
    });
});
