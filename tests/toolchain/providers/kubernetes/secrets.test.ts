import { diffObjects } from "../../../../toolchain/providers/kubernetes/diff";
import { exposed, markInputs, markSecrets } from "../../../../toolchain/providers/kubernetes/secrets";
import { type PropertyMap, Secret, reveal } from "../../../../toolchain/plugin/values";

const VALUE = "hunter22-of-the-embassy";
const ENCODED = Buffer.from(VALUE).toString("base64");
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

const deployment = (value: PropertyMap[string], more: PropertyMap = {}): PropertyMap => ({
    kind: "Deployment",
    spec: { containers: [{ name: "web", env: [{ name: "P", value }] }] },
    ...more,
});

describe("markSecrets", () => {
    it("keeps the marks of the inputs, a list whole", () => {
        const plain = { spec: { env: [{ value: "a" }, { value: "b" }], image: "i" } };
        const model = { spec: { env: [{ value: new Secret("a") }], image: "i" } };
        expect(markSecrets(plain, model)).toEqual({ spec: { env: new Secret(plain.spec.env), image: "i" } });
    });

    it("hides what repeats a secret in annotations and status, in whatever spelling", () => {
        const quoted = 'a "quoted" secret';
        const live = {
            metadata: {
                name: "hunter22-of-the-embassy-db",
                annotations: { [LAST_APPLIED]: JSON.stringify({ a: quoted }), encoded: ENCODED, free: "yes" },
            },
            spec: { a: quoted, b: VALUE },
            status: { message: `connected as ${VALUE}`, phase: "Ready" },
        };
        const marked = markSecrets(live, { spec: { a: new Secret(quoted), b: new Secret(VALUE) } });
        const json = JSON.stringify(marked);
        expect(json).not.toContain("quoted");
        expect(json).not.toContain(ENCODED);
        expect(json).not.toContain(`as ${VALUE}`);
        expect(marked).toMatchObject({ metadata: { name: live.metadata.name, annotations: { free: "yes" } } });
        expect(marked["status"]).toMatchObject({ phase: "Ready" });
        expect(reveal(marked)).toEqual(live);
    });

    it("keeps the marks of a list that has not changed, item by item, and looks for them elsewhere", () => {
        const model = deployment(new Secret(VALUE));
        const live = { ...reveal(model), status: { message: `cannot use ${VALUE}` } };
        expect(markSecrets(live, model)).toEqual({ ...model, status: { message: new Secret(live.status.message) } });
    });

    it("hides what the API server copies into another field, and leaves what the object is called", () => {
        const live = {
            apiVersion: "v1",
            kind: VALUE,
            metadata: { name: VALUE, labels: { a: VALUE } },
            spec: { serviceAccountName: VALUE, serviceAccount: VALUE, list: [{ a: `<${VALUE}>` }] },
        };
        const marked = markSecrets(live, { spec: { serviceAccountName: new Secret(VALUE) } });
        expect(marked).toEqual({
            ...live,
            spec: {
                serviceAccountName: new Secret(VALUE),
                serviceAccount: new Secret(VALUE),
                list: [{ a: new Secret(`<${VALUE}>`) }],
            },
        });
    });

    it("knows a Secret whose kind is marked as well", () => {
        const marked = markSecrets({ kind: "Secret", data: { a: ENCODED } }, { kind: new Secret("Secret") });
        expect(JSON.stringify(marked)).not.toContain(ENCODED);
    });

    it("hides what was secret in the state before, though the inputs no longer have it", () => {
        const marked = markSecrets({ spec: { a: "new" } }, { spec: {} }, { spec: { a: new Secret("old") } });
        expect(marked).toEqual({ spec: { a: new Secret("new") } });
    });
});

describe("markInputs", () => {
    it("marks the item of a list that is secret, and no other", () => {
        const given = deployment(new Secret(VALUE));
        expect(markInputs(reveal(given), given)).toEqual(given);
    });

    it("hides a Secret's data, and its copy in kubectl's annotation, where nothing is marked", () => {
        const given = {
            kind: "Secret",
            metadata: { annotations: { [LAST_APPLIED]: `{"data":{"a":"${ENCODED}"}}` } },
            data: { a: ENCODED },
        };
        expect(JSON.stringify(markInputs(given, given))).not.toContain(ENCODED);
    });
});

describe("exposed", () => {
    it("names what is secret now and plain in the state, so that an update hides it", () => {
        const [news, state] = [deployment(new Secret(VALUE)), deployment(VALUE)];
        expect([...exposed(news, state)]).toEqual([["spec", "containers"]]);
        const plain = reveal(state);
        const immutable = [["spec", "containers"]];
        const given = { oldInputs: plain, live: plain, news: plain, immutable, exposed: [...exposed(news, state)] };
        expect(diffObjects(given).detailedDiff).toEqual({ "spec.containers": { kind: "update", inputDiff: true } });
    });

    it("finds nothing in a state that was made of such inputs, or where nothing is secret", () => {
        const news = deployment(new Secret(VALUE));
        expect([...exposed(news, markSecrets(reveal(news), news))]).toEqual([]);
        expect([...exposed(deployment(VALUE), deployment(VALUE))]).toEqual([]);
        expect([...exposed(deployment(new Secret(VALUE), { more: new Secret("x") }), { kind: "Deployment" })]).toEqual(
            [],
        );
    });
});
