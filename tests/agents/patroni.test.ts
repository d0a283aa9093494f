import { Reminder } from "../../agents/lease-agent/patroni";

describe("Patroni", () => {
    it("is told to read its configuration again while commits should wait for the other site and do not, every ten seconds", async () => {
        let now = 0;
        const reloads: number[] = [];
        const reload = (): Promise<void> => Promise.resolve(void reloads.push(now));
        const reminder = new Reminder(reload, () => now * 1000);
        for (; now < 30; now++) {
            await reminder.pass(now >= 2 && now < 23);
        }
        expect(reloads).toEqual([2, 12, 22]);
    });

    it("is told again after it did not answer", async () => {
        let now = 0;
        const reload = jest.fn().mockRejectedValueOnce(new Error("no answer")).mockResolvedValue(undefined);
        const reminder = new Reminder(reload, () => now);
        await expect(reminder.pass(true)).rejects.toThrow("no answer");
        now = 10_000;
        await reminder.pass(true);
        expect(reload).toHaveBeenCalledTimes(2);
    });
});
