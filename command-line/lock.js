/**
 * A lock between processes of this clone. It is free again when its holder is gone, however that ended.
 *
 * Plain JavaScript, because bootstrap.js needs it before anything is installed (types: lock.d.ts). The lock is a file
 * that names its holder; `link` makes it appear with its content, so that no one sees it half-written.
 */
"use strict";

const fs = require("fs");
const path = require("path");

const POLL_MS = 200;

exports.acquire = async function acquire(file, onWait) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const own = `${process.pid} ${startTime(process.pid)}`;
    const draft = `${file}.${process.pid}`;
    for (let told = false; ;) {
        fs.writeFileSync(draft, own);
        try {
            fs.linkSync(draft, file);
            return () => fs.rmSync(file, { force: true });
        } catch (error) {
            if (error.code !== "EEXIST") {
                throw error;
            }
        } finally {
            fs.rmSync(draft, { force: true });
        }
        const holder = read(file);
        if (holder !== undefined && !isHeld(holder)) {
            removeStale(file, holder);
            continue;
        }
        if (!told && holder !== undefined) {
            told = true;
            if (onWait) {
                onWait(Number(holder.split(" ")[0]));
            }
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
};

exports.withLock = async function withLock(file, action, onWait) {
    const release = await exports.acquire(file, onWait);
    try {
        return await action();
    } finally {
        release();
    }
};

function read(file) {
    try {
        return fs.readFileSync(file, "utf8");
    } catch (error) {
        if (error.code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}

function isHeld(holder) {
    const [pid, start] = holder.split(" ");
    try {
        process.kill(Number(pid), 0);
    } catch (error) {
        if (error.code !== "EPERM") {
            return false;
        }
    }
    // Process numbers are used again, after a reboot soon.
    return startTime(pid) === start;
}

/** The lock is moved aside before it is removed, so that one that another process has taken in the meantime is put back, not lost. */
function removeStale(file, holder) {
    const aside = `${file}.stale.${process.pid}`;
    try {
        fs.renameSync(file, aside);
    } catch (error) {
        if (error.code === "ENOENT") {
            return;
        }
        throw error;
    }
    if (read(aside) !== holder) {
        fs.linkSync(aside, file);
    }
    fs.rmSync(aside, { force: true });
}

/** Ticks from boot to the start of a process: field 22 of proc(5) stat, after the name in brackets; "" off Linux. */
function startTime(pid) {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    } catch (error) {
        return "";
    }
}
