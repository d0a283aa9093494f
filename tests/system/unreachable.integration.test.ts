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

    it.each([["preview"], ["refresh", "--yes", "--skip-preview"], ["up", "--yes", "--skip-preview"]])(
        "%s says so within 30 s, names the cluster and drops nothing from state",
        (...command) => {
            const began = Date.now();
            const { code, output } = home.pulumi(...command, "--stack", "tallinn");
            // The limit is the promise itself, ten times what it takes: no measure of speed.
            expect(Date.now() - began).toBeLessThan(30_000);
            expect(code).not.toBe(0);
            if (command[0] !== "destroy") {
                expect(output).toMatch(
                    /tallinn.*https:\/\/127\.0\.0\.1:\d+.*ECONNREFUSED|https:\/\/127\.0\.0\.1:\d+.*tallinn/s,
                );
            }
            expect(urns(home.state("tallinn"))).toEqual(urns(before));
        },
    );

    it("destroy drops nothing either", () => {
        expect(home.pulumi("destroy", "--stack", "tallinn", "--yes", "--skip-preview").code).not.toBe(0);
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
