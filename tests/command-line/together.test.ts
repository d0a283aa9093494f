import { together } from "../../command-line/together";

test("a failure is reported when all have ended: nothing goes on unheard", async () => {
    const ended: string[] = [];
    const slow = async (): Promise<void> => {
        await new Promise((resolve) => setImmediate(resolve));
        ended.push("slow");
    };
    const failing = Promise.reject(new Error("no room"));
    await expect(together([failing, slow()])).rejects.toThrow("no room");
    expect(ended).toEqual(["slow"]);
});
