import { parseConfig } from "../../../infra/site/config";
import { REGISTRIES } from "../../../infra/conventions/registries";
import { plan } from "../../../infra/site/plan";
import { type CrossStackSecrets, crossStackSecretsIn } from "../../../infra/keys/cross-stack-secrets";
import { type Rendered, renderPlan, renderStack } from "../../support/render";
import { stackValues } from "../../support/stacks";

const handed: CrossStackSecrets = {
    issuer: { keyPem: "key", certPem: "certificate", rootPem: "root" },
    registries: Object.fromEntries(REGISTRIES.map((name) => [name, `secret of ${name}`])),
};

function render(stack: string): Promise<Rendered[]> {
    return renderPlan(stack, plan(parseConfig(stack, stackValues(stack))), handed);
}

describe("a site whose keys come out of custody", () => {
    it("asks nothing of the stack that holds the root, and declares the same otherwise", async () => {
        const isReference = ({ type }: Rendered): boolean => type === "pulumi:pulumi:StackReference";
        const usual = await renderStack("restore");
        const found = await render("restore");
        expect(usual.filter(isReference)).toHaveLength(1);
        expect(found.map(({ name }) => name)).toEqual(usual.filter((one) => !isReference(one)).map(({ name }) => name));
    });

    it("is not the one that makes the root", async () => {
        await expect(render("tallinn")).rejects.toThrow("tallinn holds the root and takes no keys from another stack");
    });
});

describe("cross-stack secrets", () => {
    it.each(["crossStackSecrets", "handovers"])("are read from a state that has them as %s", (output) => {
        expect(crossStackSecretsIn({ [output]: { luxembourg: handed } })).toEqual({ luxembourg: handed });
    });

    it("are none where a stack has no such output", () => {
        expect(crossStackSecretsIn({ url: "https://gazette" })).toBeUndefined();
    });
});
