import { type SiteResource, differences, liveResource } from "../../../infra/restore/differences";
import { RESTORE_MAY_DIFFER, SITES_MAY_DIFFER, undeclared } from "../../../infra/restore/parity";
import { renderStack } from "../../support/render";

const site = (labels: Record<string, string>, image: string): SiteResource[] => [
    { type: "kubernetes:apps/v1:StatefulSet", name: "x", inputs: { metadata: { labels }, image } },
];

describe("parity", () => {
    it("holds between Luxembourg and a restore environment, save for the declared fields", async () => {
        const found = differences(await renderStack("luxembourg"), await renderStack("restore"));
        expect(undeclared(found, RESTORE_MAY_DIFFER)).toEqual([]);
    });

    it("holds between Tallinn and Luxembourg, save for the declared fields", async () => {
        const found = differences(await renderStack("tallinn"), await renderStack("luxembourg"));
        expect(undeclared(found, SITES_MAY_DIFFER)).toEqual([]);
    });

    it("has no declared field that no longer differs", async () => {
        const tallinn = await renderStack("tallinn");
        const luxembourg = await renderStack("luxembourg");
        const restore = await renderStack("restore");
        const unused = (left: SiteResource[], right: SiteResource[], list: typeof SITES_MAY_DIFFER): string[] =>
            list
                .filter((may) => !differences(left, right).some((d) => undeclared([d], [may]).length === 0))
                .map(({ why }) => why);
        expect(unused(luxembourg, restore, RESTORE_MAY_DIFFER)).toEqual([]);
        expect(unused(tallinn, luxembourg, SITES_MAY_DIFFER)).toEqual([]);
    });

    it("sees a field that differs, a field that is missing, and an object that is missing", () => {
        const left = site({ "data-embassy/site": "a", tier: "4" }, "postgres:15");
        const right = site({ "data-embassy/site": "b" }, "postgres:16");
        const fields = (found: ReturnType<typeof differences>): string[] => found.map(({ field }) => field);
        expect(fields(undeclared(differences(left, right), RESTORE_MAY_DIFFER))).toEqual([
            "metadata.labels.tier",
            "image",
        ]);
        expect(differences(left, [])).toEqual([
            { resource: "kubernetes:apps/v1:StatefulSet::x", field: "", left: true, right: false },
        ]);
    });

    it("looks at the rest of a text of which a part may differ", () => {
        const may = [{ resource: /./, field: /./, within: /\d+/g, why: "a number of its own" }];
        const of = (text: string): SiteResource[] => [{ type: "a:B", name: "x", inputs: { text } }];
        expect(undeclared(differences(of("allow 1"), of("allow 2")), may)).toEqual([]);
        expect(undeclared(differences(of("allow 1"), of("deny 2")), may)).toHaveLength(1);
    });

    it("does not look at what a cluster keeps of an object besides, nor at what is in a Secret", () => {
        const live = (uid: string, password: string): SiteResource =>
            liveResource("kubernetes:core/v1:Secret", "x", {
                kind: "Secret",
                metadata: { name: "x", uid, resourceVersion: uid, creationTimestamp: uid },
                data: { password },
                status: uid,
            });
        expect(differences([live("1", "a")], [live("2", "b")])).toEqual([]);
        expect(live("1", "a").inputs).toEqual({
            kind: "Secret",
            metadata: { name: "x" },
            data: { password: "[secret]" },
        });
    });
});
