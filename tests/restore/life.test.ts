import { type Presence, type Steps, live } from "../../restore/life";

type Play = Steps<string, string, string>;

/** Runs the steps of a restore environment's life. @param change steps that differ @returns the steps that were done, in order, and the outcome */
async function played(there: Presence, change: Partial<Play> = {}): Promise<{ done: string[]; outcome: unknown }> {
    const done: string[] = [];
    const step = (name: string): Promise<string> => {
        done.push(name);
        return Promise.resolve(name);
    };
    const steps: Play = {
        presence: () => Promise.resolve(there),
        refusal: () => new Error("there already"),
        prepare: () => step("prepare"),
        begin: async () => {
            await step("begin");
        },
        make: () => step("make"),
        keep: () => {
            done.push("keep");
        },
        verify: () => step("verify"),
        remove: async () => {
            await step("remove");
        },
        stay: (failure) => Promise.resolve(failure),
        onRemoval: (why) => void done.push(why),
        ...change,
    };
    const outcome = await live(steps).catch((error: unknown) => error);
    return { done, outcome };
}

const fails = (message: string) => () => Promise.reject(new Error(message));

describe("the life of a restore environment", () => {
    it("begins, is kept from the moment on in which it answers, and is verified", async () => {
        const { done, outcome } = await played("nothing");
        expect(done).toEqual(["prepare", "begin", "make", "keep", "verify"]);
        expect(outcome).toEqual({ prepared: "prepare", made: "make", proof: "verify", failure: undefined });
    });

    it("does not end with an error of its verification", async () => {
        const { done, outcome } = await played("nothing", { verify: fails("empty") });
        expect(done).toEqual(["prepare", "begin", "make", "keep"]);
        expect(outcome).toMatchObject({ made: "make", proof: undefined, failure: new Error("empty") });
    });

    it("does not end with an error once some of it answers", async () => {
        const make: Play["make"] = (_, onAnswer) => {
            onAnswer();
            return Promise.reject(new Error("another registry"));
        };
        const { done, outcome } = await played("nothing", { make });
        expect(done).toEqual(["prepare", "begin", "keep"]);
        expect(outcome).toMatchObject({ made: undefined, failure: new Error("another registry") });
        const halted = await played("nothing", { make, stay: () => Promise.resolve("halted") });
        expect([halted.done.includes("remove"), halted.outcome]).toEqual([
            false,
            expect.objectContaining({ failure: "halted" }),
        ]);
    });

    it("ends with an error before anything answers, which no failure of the removal takes the place of", async () => {
        const { done, outcome } = await played("nothing", { make: fails("damaged") });
        expect(done).toEqual(["prepare", "begin", "failed", "remove"]);
        expect(outcome).toEqual(new Error("damaged"));
        const stuck = await played("nothing", { make: fails("damaged"), remove: fails("stuck") });
        expect(stuck).toMatchObject({ done: ["prepare", "begin", "failed", "left"], outcome: new Error("damaged") });
    });

    it("is not touched by another run where it is whole", async () => {
        expect(await played("whole")).toEqual({ done: [], outcome: new Error("there already") });
    });

    it("begins anew where a run was killed, once what is asked for can be had", async () => {
        expect((await played("unfinished")).done).toEqual([
            ...["prepare", "unfinished", "remove", "begin", "make", "keep", "verify"],
        ]);
        const refused = await played("unfinished", { prepare: fails("no such instant") });
        expect(refused).toEqual({ done: [], outcome: new Error("no such instant") });
    });
});
