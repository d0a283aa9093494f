/** One site with simulated nodes: what happens when a part of it is changed, does not answer or is lost. */
import { Home, must } from "../support/home";
import { describeDrift } from "./site/drift";
import { describeLostState } from "./site/lost-state";
import { describeScanner } from "./site/scanner";
import { describeUnreachable } from "./site/unreachable";

jest.setTimeout(5 * 60_000);

let home: Home;
beforeAll(() => {
    home = new Home("site");
    must(home.lab("up", "tallinn"));
    home.up("tallinn");
}, 10 * 60_000);
afterAll(() => home.remove());

describeScanner(() => home);
// Each of these leaves the site as it was.
describeDrift(() => home);
describeUnreachable(() => home);
describeLostState(() => home);
