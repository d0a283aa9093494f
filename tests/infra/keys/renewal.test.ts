import { renderStack } from "../../support/render";
import { STACKS } from "../../support/stacks";

interface Declared {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
    readonly spec: { readonly secretName: string };
}

describe.each(STACKS)("in %s", (stack) => {
    it("every Secret that cert-manager renews is among those that it watches, before cert-manager touches it", async () => {
        const objects = (await renderStack(stack)).map(({ inputs }) => inputs as unknown as Declared);
        const certificates = objects.filter(({ kind }) => kind === "Certificate");
        expect(certificates).not.toEqual([]);
        for (const { metadata, spec } of certificates) {
            const secret = objects.find(
                (one) =>
                    one.kind === "Secret" &&
                    one.metadata.namespace === metadata.namespace &&
                    one.metadata.name === spec.secretName,
            );
            expect(secret?.metadata.labels).toMatchObject({ "controller.cert-manager.io/fao": "true" });
        }
    });
});
