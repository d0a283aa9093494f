import * as fs from "node:fs";
import * as path from "node:path";
import { INSTANCES, giveWatchersBack, makeRoomForWatchers } from "../../../lab/nodes/inotify";
import { removeTemporary, temporaryHome } from "../../support/lab";

let home: string;
let limit: string;
let said: string[];
beforeEach(() => {
    home = temporaryHome();
    limit = path.join(home, "max_user_instances");
    said = [];
});
afterAll(removeTemporary);

function set(value: number): void {
    fs.writeFileSync(limit, `${value}\n`);
}

function now(): number {
    return Number(fs.readFileSync(limit, "utf8"));
}

function raise(): Promise<void> {
    return makeRoomForWatchers((message) => said.push(message), home, limit);
}

describe("the computer's limit of inotify instances", () => {
    it("is raised, which is said once, and put back", async () => {
        set(128);
        await raise();
        await raise();
        expect(now()).toBe(INSTANCES);
        expect(said).toEqual([expect.stringContaining(`raised from 128 to ${INSTANCES}`)]);
        expect(await giveWatchersBack(home, limit)).toBe(128);
        expect(now()).toBe(128);
    });

    it("is left alone where it is enough", async () => {
        set(8192);
        await raise();
        expect([now(), said]).toEqual([8192, []]);
        expect(await giveWatchersBack(home, limit)).toBeUndefined();
        expect(now()).toBe(8192);
    });

    it("is left as somebody has set it since", async () => {
        set(128);
        await raise();
        set(1024);
        expect(await giveWatchersBack(home, limit)).toBeUndefined();
        expect(now()).toBe(1024);
    });

    it("is put back to what it was last, where the computer was started anew in between", async () => {
        set(128);
        await raise();
        set(256);
        await raise();
        expect(await giveWatchersBack(home, limit)).toBe(256);
    });

    it("is said to be too low where it cannot be raised", async () => {
        // Even root cannot write this file of the kernel.
        limit = "/proc/sys/kernel/cap_last_cap";
        const { length } = said;
        await expect(raise()).rejects.toThrow(
            /cap_last_cap is \d+, too few .*sysctl fs\.inotify\.max_user_instances=512/,
        );
        expect(said).toHaveLength(length);
    });
});
