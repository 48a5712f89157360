import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SetupError } from "./errors";

interface Owner {
    pid: number;
    /** Start time of the process, in the kernel's ticks: a process id alone may have gone to another one since. */
    started: string;
}

const pollMs = 200;

/** Runs `action` while no other process of this user runs one under the same lock. */
export async function withLock<T>(
    file: string,
    action: () => Promise<T>,
    options: { onWait?: (pid: number) => void; timeoutMs?: number } = {},
): Promise<T> {
    const release = await acquire(file, options.onWait, options.timeoutMs ?? 30 * 60_000);
    try {
        return await action();
    } finally {
        release();
    }
}

async function acquire(file: string, onWait: ((pid: number) => void) | undefined, timeoutMs: number) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const deadline = Date.now() + timeoutMs;
    let told = false;
    for (;;) {
        if (tryTake(file)) {
            return () => {
                fs.rmSync(file, { force: true });
            };
        }
        const owner = readOwner(file);
        if (owner !== undefined && !isAlive(owner)) {
            clearStale(file, owner);
            continue;
        }
        if (owner !== undefined && !told) {
            told = true;
            onWait?.(owner.pid);
        }
        if (Date.now() > deadline) {
            throw new SetupError(
                `Another set-up (process ${owner?.pid ?? "unknown"}) holds ${file} for too long.`,
                "See what it does, end it, and run this again.",
            );
        }
        await delay(pollMs);
    }
}

/** A link appears whole or not at all: nobody ever reads a lock without its owner in it. */
function tryTake(file: string): boolean {
    const mine = `${file}.${process.pid}`;
    fs.writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startTime(process.pid) ?? "" }));
    try {
        fs.linkSync(mine, file);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") {
            return false;
        }
        throw error;
    } finally {
        fs.rmSync(mine, { force: true });
    }
}

function readOwner(file: string): Owner | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as Owner;
    } catch {
        return undefined; // just released
    }
}

function isAlive(owner: Owner): boolean {
    return startTime(owner.pid) === owner.started;
}

/** Two processes may find the same dead owner; the rename lets only one of them clear it. */
function clearStale(file: string, owner: Owner): void {
    const aside = `${file}.stale.${process.pid}`;
    try {
        fs.renameSync(file, aside);
    } catch {
        return;
    }
    const moved = readOwner(aside);
    if (moved !== undefined && moved.pid !== owner.pid) {
        // Somebody cleared it and took the lock between our look and our rename: give it back.
        fs.linkSync(aside, file);
    }
    fs.rmSync(aside, { force: true });
}

/** When a process started, undefined when there is none. */
function startTime(pid: number): string | undefined {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        // The second field is the program's name in parentheses, which may hold anything.
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    } catch {
        return undefined;
    }
}
