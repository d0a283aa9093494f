/** One site as a user has it, whose nodes are played: what it comes to when something of it is changed, away or lost. */
import { Home, must } from "../support/home";
import { describeDrift } from "./site/drift";
import { describeLostState } from "./site/lost-state";
import { describeUnreachable } from "./site/unreachable";

jest.setTimeout(5 * 60_000);

let home: Home;
beforeAll(() => {
    home = new Home("site");
    must(home.lab("up", "tallinn"));
    home.up("tallinn");
}, 10 * 60_000);
afterAll(() => home.remove());

// Each leaves the site as it was.
describeDrift(() => home);
describeUnreachable(() => home);
describeLostState(() => home);
