import { askedOf, shapingOptions } from "../../../../toolchain/cli/reviewed/asked";
import { parseArguments, withValue } from "../../../../toolchain/cli/arguments";

describe("what is asked of a reviewed plan", () => {
    it.each([
        [["preview", "-s", "tallinn", "--save-plan", "file"], { does: "save", stack: "tallinn", file: "file" }],
        [
            ["pre", "--stack=organization/data-embassy/tallinn", "--save-plan=f"],
            { does: "save", stack: "tallinn", file: "f" },
        ],
        [["up", "-s", "tallinn", "--plan", "file", "-y"], { does: "apply", stack: "tallinn", file: "file" }],
        [["update", "-stallinn", "--plan=file", "--yes"], { does: "apply", stack: "tallinn", file: "file" }],
        [["up", "-s", "tallinn", "--yes"], undefined],
        [["preview", "-s", "tallinn", "--plan", "file"], undefined],
        [["-C", "/elsewhere", "up", "-s", "tallinn", "--plan", "file"], undefined],
        [["up", "-s", "tallinn", "--yes", "--", "--plan", "file"], undefined],
    ])("%j", (args, asked) => {
        expect(askedOf(args)).toEqual(asked);
    });

    it.each([
        [["up", "--plan", "file", "--yes"], /needs the stack by name/],
        [["up", "-s", "tallinn", "--plan", "file"], /add --yes/],
        [["up", "-s", "tallinn", "--plan", "", "--yes"], /takes one file, and is given none/],
        [["up", "-s", "tallinn", "--plan", "a", "--plan", "b", "--yes"], /takes one file, and is given several/],
        [["up", "-s", "tallinn", "--plan", "file", "--skip-preview"], /--skip-preview does not go with --plan/],
        [["up", "-s", "tallinn", "--plan", "file", "-c", "a=b", "--yes"], /--config does not go with --plan/],
        [["preview", "-s", "tallinn", "--save-plan", "file", "--show-secrets"], /secrets into the plan in the clear/],
    ])("%j is refused", (args, why) => {
        expect(() => askedOf(args)).toThrow(why);
    });

    it("with a value, is asked of the CLI with another", () => {
        expect(withValue(["up", "--plan", "a", "-y", "--", "--plan"], "plan", "b")).toEqual([
            "up",
            "--plan=b",
            "-y",
            "--",
            "--plan",
        ]);
        expect(withValue(["up", "--plan=a", "-y"], "plan", "b")).toEqual(["up", "--plan=b", "-y"]);
    });
});

describe("options that decide what is planned", () => {
    it("are the same in whatever way and order they are given, and however often", () => {
        const options = ["--refresh", "--target=a", "--target=b"];
        expect(shapingOptions(["preview", "-t", "b", "--yes", "--target=a", "-r"])).toEqual(options);
        expect(shapingOptions(["up", "--target", "a", "--refresh=true", "-tb", "--diff"])).toEqual(options);
        expect(shapingOptions(["up", "--refresh=false", "--json"])).toEqual([]);
    });

    it("keep their order where the command line is read", () => {
        expect(parseArguments(["up", "-t", "b", "-yt", "a"]).given).toEqual([
            ["target", "b"],
            ["y", ""],
            ["target", "a"],
        ]);
    });
});
