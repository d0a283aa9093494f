/** Which pods the API server accepts with the declared policy on the origin of images. */
import { parseConfig } from "../../../../infra/site/config";
import { plan } from "../../../../infra/site/plan";
import { kubectl, outcome, settled } from "../../../support/admission";
import { type ApiServer, startApiServer } from "../../../support/apiserver";
import { renderPlan } from "../../../support/render";
import { stackValues } from "../../../support/stacks";

jest.setTimeout(120_000);

const POLICY = "image-origin";
const DIGEST = `@sha256:${"0a".repeat(32)}`;
const OWN = `registry.embassy.internal:5000/postgres${DIGEST}`;
const ELSEWHERE = `registry.example/postgres${DIGEST}`;

interface Images {
    readonly main: string;
    readonly init?: string;
}

function pod({ main, init }: Images): object {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "tried" },
        spec: {
            automountServiceAccountToken: false,
            containers: [{ name: "main", image: main }],
            ...(init !== undefined && { initContainers: [{ name: "init", image: init }] }),
        },
    };
}

describe("the origin of images", () => {
    let api: ApiServer;

    const run = (images: Images, ...options: string[]) => {
        return (): void => void kubectl(api, ["create", "-f", "-", ...options], pod(images));
    };
    const tried = (images: Images, ...options: string[]): string =>
        outcome(POLICY, run(images, "--dry-run=server", ...options));

    /** Applies the policy that the program declares for images with these digests, or for none yet. */
    async function declare(digests: Readonly<Record<string, string>>): Promise<void> {
        const embassy = plan(parseConfig("luxembourg", stackValues("luxembourg")), digests);
        const declared = await renderPlan("luxembourg", embassy);
        for (const { inputs } of declared.filter(({ name }) => name.startsWith("image-origin-"))) {
            kubectl(api, ["apply", "-f", "-"], inputs);
        }
    }

    beforeAll(async () => {
        api = await startApiServer();
        kubectl(api, ["create", "namespace", "other"]);
        for (const namespace of ["default", "other"]) {
            kubectl(api, ["wait", "--for=create", "serviceaccount/default", "--timeout=60s", "-n", namespace]);
        }
        kubectl(api, ["create", "-f", "-"], { ...pod({ main: ELSEWHERE }), metadata: { name: "before" } });
        await declare({});
    });
    afterAll(async () => {
        await api.stop();
    });

    it("is the site's own registry, for every kind of container and in every namespace", async () => {
        expect(await settled(POLICY, run({ main: ELSEWHERE }, "--dry-run=server"), "refused")).toBe("refused");
        expect(tried({ main: OWN, init: OWN })).toBe("let through");
        expect(tried({ main: OWN, init: ELSEWHERE })).toBe("refused");
        expect(tried({ main: ELSEWHERE }, "--namespace=other")).toBe("refused");
    });

    it.each([
        ["another host of the same beginning", `registry.embassy.internal:50001/postgres${DIGEST}`],
        ["the name in another's path", `registry.example/registry.embassy.internal:5000/postgres${DIGEST}`],
        ["any character where a point is", `registry-embassy.internal:5000/postgres${DIGEST}`],
        ["no host", `postgres${DIGEST}`],
        ["no tag and no digest", "registry.embassy.internal:5000/postgres"],
    ])("is not %s", (_, image) => {
        expect(tried({ main: image })).toBe("refused");
    });

    it("is told to who tries, with the image", () => {
        expect(run({ main: ELSEWHERE, init: "other:1" })).toThrow(
            `images come from registry.embassy.internal:5000 alone, and not ${ELSEWHERE}, other:1`,
        );
    });

    it("is asked of no pod that is there already, but of what is put into one", () => {
        const patch = (value: object) => (): void =>
            void kubectl(api, ["patch", "pod", "before", "-p", JSON.stringify(value)]);
        const spec = (image: string): object => ({ spec: { containers: [{ name: "main", image }] } });
        expect(outcome(POLICY, patch({ metadata: { labels: { role: "primary" } } }))).toBe("let through");
        expect(outcome(POLICY, patch(spec("other:1")))).toBe("refused");
        const debug = ["debug", "before", "--image=other:1", "--profile=general", "--quiet"];
        expect(outcome(POLICY, () => void kubectl(api, debug))).toBe("refused");
        expect(outcome(POLICY, patch(spec(OWN)))).toBe("let through");
    });

    it("is a tag until the images are built, and then a digest", async () => {
        const tagged = { main: "registry.embassy.internal:5000/postgres:15" };
        expect(tried(tagged)).toBe("let through");
        await declare({ postgres: DIGEST.slice(1) });
        expect(await settled(POLICY, run(tagged, "--dry-run=server"), "refused")).toBe("refused");
        expect(tried({ main: OWN })).toBe("let through");
    });
});
