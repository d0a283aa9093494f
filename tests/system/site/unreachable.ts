/** A cluster that does not answer must not be taken for one without objects, as upstream once did (pulumi-kubernetes #1013). */
import { type Home, must } from "../../support/home";

/** @param started the site, whose API server runs again afterwards */
export function describeUnreachable(started: () => Home): void {
    describe("with the API server down", () => {
        let home: Home;
        let before: string;
        beforeAll(() => {
            home = started();
            before = home.state("tallinn");
            must(home.lab("fail", "tallinn/kube-apiserver"));
        });

        it("preview goes on from the state, says that nothing was asked of the cluster, and drops nothing", () => {
            const { code, output } = home.pulumi("preview", "--stack", "tallinn", "--expect-no-changes");
            expect({ code, output }).toMatchObject({ code: 0 });
            expect(output).toMatch(/API server was asked nothing.*context "?tallinn.*https:\/\/127\.0\.0\.1:\d+/s);
            expect(urns(home.state("tallinn"))).toEqual(urns(before));
        });

        it.each([
            ["preview", "--refresh"],
            ["refresh", "--yes", "--skip-preview"],
            ["up", "--yes", "--skip-preview"],
        ])("%s says so, names the cluster and drops nothing from state", (...command) => {
            const { code, output } = home.pulumi(...command, "--stack", "tallinn");
            expect(code).toBeGreaterThan(0);
            expect(output).toMatch(/https:\/\/127\.0\.0\.1:\d+/);
            expect(output).toMatch(/context "?tallinn/);
            expect(urns(home.state("tallinn"))).toEqual(urns(before));
        });

        it("destroy drops nothing either", () => {
            const destroy = ["destroy", "--stack", "tallinn", "--yes", "--skip-preview"];
            expect(home.pulumi(...destroy).code).toBeGreaterThan(0);
            expect(urns(home.state("tallinn"))).toEqual(urns(before));
        });

        it("drift is an error in a sentence that names the cluster, and not drift", () => {
            const state = home.state("tallinn");
            const { code, output } = home.drift("--stack", "tallinn");
            expect(code).toBe(1);
            expect(output.match(/cannot reach the Kubernetes cluster/g)).toHaveLength(1);
            expect(output).toMatch(/https:\/\/127\.0\.0\.1:\d+/);
            expect(output).not.toMatch(/^ {4}at /m);
            expect(home.state("tallinn")).toBe(state);
        });

        it("all is as before once it answers again", () => {
            must(home.lab("repair", "tallinn/kube-apiserver"));
            must(home.pulumi("preview", "--stack", "tallinn", "--refresh", "--expect-no-changes"));
            expect(urns(home.state("tallinn"))).toEqual(urns(before));
        });
    });
}

function urns(state: string): string[] {
    const { checkpoint } = JSON.parse(state) as { checkpoint: { latest: { resources: { urn: string }[] } } };
    return checkpoint.latest.resources.map(({ urn }) => urn).sort();
}
