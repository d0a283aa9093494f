import { watchedSites } from "../../monitoring/watched";
import { MONITORING } from "../support/stacks";

const SITES = ["tallinn", "luxembourg"];

it("asks the sites that are watched", () => {
    expect(watchedSites(SITES, (site) => (site === "tallinn" ? { monitoring: MONITORING } : {}))).toEqual(["tallinn"]);
});

it("does not say that nothing is wrong where nobody watches", () => {
    expect(() => watchedSites(SITES, () => ({}))).toThrow("none of tallinn, luxembourg is watched");
});
