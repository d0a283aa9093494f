import { refuseNothing } from "../../restore/compare";

test("sites are not the same for having nothing", () => {
    expect(() => refuseNothing(["luxembourg", [1]], ["restore", []])).toThrow(/^restore has no objects to compare/);
    expect(() => refuseNothing(["luxembourg", []], ["restore", []])).toThrow(/^luxembourg has no objects to compare/);
    expect(() => refuseNothing(["luxembourg", [1]], ["restore", [1]])).not.toThrow();
});
