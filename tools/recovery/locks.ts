import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { plainName, projectName } from "../backend";
import { SetupError } from "../setup/errors";
import { look, Seen } from "./processes";
import { filesIn } from "./stateFiles";

/** A stack's lock, as Pulumi writes it into a file of its own for each run. */
export interface Lock {
    readonly file: string;
    readonly pid: number;
    readonly username: string;
    readonly hostname: string;
    /** When it was taken, in ms since 1970. */
    readonly taken: number;
}

/** What has become of the run that took a lock. */
export type Holder = "gone" | "running" | "elsewhere";

/** The start of a process is told to the second only, and the lock is taken after it. */
const SLACK_MS = 2000;

/** Locks are taken by Pulumi's own program, whatever it is called in full. */
const PULUMI = "pulumi";

/**
 * Judges by the process. One that started after the lock was taken has only got the number again, if it is another program,
 * too: a step of the clock makes a run look younger than its lock, but never makes another program of it. What can't be
 * told counts as running.
 */
export function holderOf(lock: Lock, hostname: string, lookAt: (pid: number) => Seen): Holder {
    if (lock.hostname !== hostname) {
        return "elsewhere";
    }
    const seen = lookAt(lock.pid);
    if (seen === "gone") {
        return "gone";
    }
    const { started, name } = seen;
    const isYounger = started !== undefined && started > lock.taken + SLACK_MS;
    return isYounger && name !== undefined && !name.startsWith(PULUMI) ? "gone" : "running";
}

/** To write a lock takes less than a ms: half of one that stays for this long was left by a run that died over it. */
const HALF_MS = 1000;

/**
 * Drops halves of locks, each under the name that it had before it was whole: Pulumi takes one for a lock, and then cannot
 * read it. One that is just being written gets the time to become a lock.
 */
export async function dropHalfLocks(backend: string, stack: string): Promise<void> {
    const folder = folderOf(backend, stack);
    const halves = filesIn(folder)
        .filter((name) => name.endsWith(".tmp"))
        .map((name) => path.join(folder, name));
    for (const end = Date.now() + HALF_MS; halves.some((file) => fs.existsSync(file)) && Date.now() < end;) {
        await delay(50);
    }
    halves.forEach((file) => {
        fs.rmSync(file, { force: true });
    });
}

/** The locks of a stack whose state lies in a folder of this machine. */
export function readLocks(backend: string, stack: string): Lock[] {
    const folder = folderOf(backend, stack);
    return filesIn(folder)
        .filter((name) => name.endsWith(".json"))
        .flatMap((name) => readLock(path.join(folder, name)));
}

function folderOf(backend: string, stack: string): string {
    return path.join(backend, ".pulumi/locks/organization", projectName(), plainName(stack));
}

/** Whether a run that holds a stack's lock may live. */
export function hasLivingLock(backend: string, stack: string): boolean {
    return judged(backend, stack).some(({ holder }) => holder !== "gone");
}

function judged(backend: string, stack: string): { lock: Lock; holder: Holder }[] {
    return readLocks(backend, stack).map((lock) => ({ lock, holder: holderOf(lock, os.hostname(), look) }));
}

/** Clears the locks of runs that are gone, and says so. Throws when the stack is still locked. */
export function clearDeadLocks(backend: string, stack: string, say: (text: string) => void): Lock[] {
    const locks = judged(backend, stack);
    const holding = locks.filter(({ holder }) => holder !== "gone");
    if (holding.length > 0) {
        throw stillLocked(
            stack,
            holding.map(({ lock, holder }) => ({ ...lock, holder })),
        );
    }
    return locks.map(({ lock }) => {
        // Each run's file has a name of its own: no other run's lock can go with it.
        fs.rmSync(lock.file, { force: true });
        fs.rmSync(`${lock.file}.attrs`, { force: true });
        say(`  ✓ cleared the lock of a run that is gone: ${describe(lock)}`);
        return lock;
    });
}

/** What to do about a lock depends on where its run is. */
export function stillLocked(stack: string, locks: readonly (Lock & { holder: Holder })[]): SetupError {
    const elsewhere = locks.filter(({ holder }) => holder === "elsewhere");
    const wayOut =
        elsewhere.length === 0
            ? `Wait for it to end, or end it (kill ${locks.map(({ pid }) => pid).join(" ")}), and run this again.`
            : `Wait for it to end. If it is gone for sure, on ${[...new Set(elsewhere.map(({ hostname }) => hostname))].join(" and ")}: eval "$(npm run -s env)" && npx pulumi cancel --stack ${stack}, then run this again.`;
    return new SetupError(
        [
            `The stack ${stack} is locked, nothing was touched:`,
            ...locks.map((lock) => `  ${describe(lock)}`),
        ].join("\n"),
        wayOut,
    );
}

function describe({ username, hostname, pid, taken }: Lock): string {
    return `${username}@${hostname}, process ${pid}, since ${new Date(taken).toISOString()}`;
}

function readLock(file: string): Lock[] {
    try {
        const { pid, username, hostname, timestamp } = JSON.parse(fs.readFileSync(file, "utf8")) as {
            pid: number;
            username: string;
            hostname: string;
            timestamp: string;
        };
        return [{ file, pid, username, hostname, taken: Date.parse(timestamp) }];
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return []; // just released
        }
        throw error;
    }
}
