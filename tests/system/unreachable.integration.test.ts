/** A cluster that does not answer is not a cluster without objects: upstream once read it so (pulumi-kubernetes #1013). */
import { Home, must } from "../support/home";

jest.setTimeout(5 * 60_000);

let home: Home;
beforeAll(() => {
    home = new Home("unreachable");
    must(home.lab("up", "tallinn"));
    home.up("tallinn");
});
afterAll(() => home.remove());

describe("with the API server down", () => {
    let before: string;
    beforeAll(() => {
        before = home.state("tallinn");
        must(home.lab("fail", "tallinn/kube-apiserver"));
    });

    it("preview goes on from the state within 30 s, says that nothing was asked of the cluster, and drops nothing", () => {
        const { code, output } = home.within(30_000).pulumi("preview", "--stack", "tallinn", "--expect-no-changes");
        expect({ code, output }).toMatchObject({ code: 0 });
        expect(output).toMatch(/API server was asked nothing.*context "?tallinn.*https:\/\/127\.0\.0\.1:\d+/s);
        expect(urns(home.state("tallinn"))).toEqual(urns(before));
    });

    it.each([
        ["preview", "--refresh"],
        ["refresh", "--yes", "--skip-preview"],
        ["up", "--yes", "--skip-preview"],
    ])("%s says so within 30 s, names the cluster and drops nothing from state", (...command) => {
        const { code, output } = home.within(30_000).pulumi(...command, "--stack", "tallinn");
        expect(code).toBeGreaterThan(0);
        expect(output).toMatch(/https:\/\/127\.0\.0\.1:\d+/);
        expect(output).toMatch(/context "?tallinn/);
        expect(urns(home.state("tallinn"))).toEqual(urns(before));
    });

    it("destroy drops nothing either", () => {
        const destroy = ["destroy", "--stack", "tallinn", "--yes", "--skip-preview"];
        expect(home.within(30_000).pulumi(...destroy).code).toBeGreaterThan(0);
        expect(urns(home.state("tallinn"))).toEqual(urns(before));
    });

    it("all is as before once it answers again", () => {
        must(home.lab("repair", "tallinn/kube-apiserver"));
        must(home.pulumi("preview", "--stack", "tallinn", "--refresh", "--expect-no-changes"));
        expect(urns(home.state("tallinn"))).toEqual(urns(before));
    });
});

function urns(state: string): string[] {
    const { checkpoint } = JSON.parse(state) as { checkpoint: { latest: { resources: { urn: string }[] } } };
    return checkpoint.latest.resources.map(({ urn }) => urn).sort();
}
