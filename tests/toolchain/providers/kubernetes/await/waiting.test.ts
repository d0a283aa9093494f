/** When the provider waits, with an API server whose answers stay the same. */
import { awaitReady, whyNotReady } from "../../../../../toolchain/providers/kubernetes/await";
import type { Wait } from "../../../../../toolchain/providers/kubernetes/await/wait";
import type { Connection } from "../../../../../toolchain/providers/kubernetes/cluster";
import { type PlainMap } from "../../../../../toolchain/plugin/values";

/** @param items of every collection */
function connection(items: readonly PlainMap[]): Connection {
    const client = {
        request: () => Promise.resolve({ metadata: { resourceVersion: "1" }, items }),
        async *watch(_path: string, _query: unknown, signal: AbortSignal) {
            await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
            yield {};
        },
    };
    const discovery = { find: () => Promise.resolve({ root: "/apis", plural: "things", namespaced: true }) };
    return { client, discovery } as unknown as Connection;
}

function wait(items: readonly PlainMap[], inputs: PlainMap, kind = "Service"): Wait {
    const gvk = { group: "", version: "v1", kind };
    return { connection: connection(items), gvk, inputs, timeout: 300, cancelled: new AbortController().signal };
}

const service: PlainMap = {
    kind: "Service",
    metadata: { name: "web", namespace: "land", uid: "1" },
    spec: { selector: { a: "b" } },
};
const EMPTY = [{ metadata: { uid: "2" }, endpoints: null }];
const UNREADY = [{ metadata: { uid: "2" }, endpoints: [{ conditions: { ready: false } }] }];

describe("a service whose selector matches nothing", () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    async function settled(items: readonly PlainMap[], milliseconds: number): Promise<boolean> {
        let outcome: readonly string[] | undefined;
        void awaitReady(service, wait(items, service)).then(({ reasons }) => (outcome = reasons));
        await jest.advanceTimersByTimeAsync(milliseconds);
        return outcome?.length === 0;
    }

    it("is ready once nothing has come for ten seconds, and not before", async () => {
        expect(await settled(EMPTY, 9_900)).toBe(false);
        expect(await settled(EMPTY, 10_100)).toBe(true);
    });

    it("is waited for where its pods are not ready, and where nobody has looked for any", async () => {
        expect(await settled(UNREADY, 60_000)).toBe(false);
        expect(await settled([], 60_000)).toBe(false);
    });
});

describe("whether an object is ready now", () => {
    it("is told without waiting", async () => {
        const reasons = await whyNotReady(service, wait(UNREADY, service));
        expect(reasons[0]).toMatch(/none of its 1 endpoints is ready/);
        expect(await whyNotReady(service, wait(EMPTY, service))).toEqual([]);
    });

    it("is of no concern where nobody waits for it", async () => {
        const inputs = { metadata: { annotations: { "pulumi.com/skipAwait": "true" } } };
        expect(await whyNotReady(service, wait(UNREADY, inputs))).toEqual([]);
    });
});

describe("a kind of which nothing is known", () => {
    const object = { kind: "Gadget", metadata: { generation: 2 }, status: { observedGeneration: 1 } };
    afterEach(() => {
        delete process.env["PULUMI_K8S_AWAIT_ALL"];
    });

    it("is waited for only where PULUMI_K8S_AWAIT_ALL asks for it", async () => {
        expect(await whyNotReady(object, wait([], {}, "Gadget"))).toEqual([]);
        process.env["PULUMI_K8S_AWAIT_ALL"] = "true";
        expect(await whyNotReady(object, wait([], {}, "Gadget"))).toEqual([expect.stringMatching(/has not seen/)]);
    });
});
