import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const ROOT = join(__dirname, "..", "..");

/**
 * What of a run is killed: all of it; its process group, as a terminal or a container that goes away does it, which leaves
 * the plugins; or Pulumi alone, as the kernel does it when memory runs out.
 */
export const KILLS = ["everything", "group", "pulumi"] as const;
export type Kill = (typeof KILLS)[number];

/** Runs one of the project's commands and kills it at a moment. How long it took, in ms, where it ended by itself before. */
export async function killAt(
    args: readonly string[],
    kill: Kill,
    afterMs: number,
): Promise<number | undefined> {
    const began = Date.now();
    const child = spawn(process.execPath, ["tools/run.cjs", ...args], {
        cwd: ROOT,
        detached: true,
        stdio: "ignore",
        env: { ...process.env, PULUMI_BACKEND_URL: undefined },
    });
    const ended = once(child, "exit");
    const pid = child.pid ?? 0;
    await Promise.race([delay(afterMs), ended]);
    if (child.exitCode !== null) {
        if (child.exitCode !== 0) {
            throw new Error(`it failed by itself, with ${child.exitCode}, before it could be killed`);
        }
        return Date.now() - began;
    }
    for (const each of victims(pid, kill)) {
        end(each);
    }
    await ended;
    return undefined;
}

function victims(root: number, kill: Kill): number[] {
    switch (kill) {
        case "everything":
            // The group first: what is forked from now on is in it.
            return [-root, ...descendants(root)];
        case "group":
            return [-root];
        case "pulumi": {
            const found = descendants(root).filter((pid) => commandOf(pid).endsWith("/pulumi"));
            // Before there is any, it is the command itself, with the one that it may just have started.
            return found.length > 0 ? found : [-root];
        }
    }
}

/** A process and all below it, whatever groups they are in. */
function descendants(root: number): number[] {
    const parents = new Map(
        readdirSync("/proc")
            .filter((name) => /^\d+$/.test(name))
            .map((name) => [Number(name), parentOf(Number(name))]),
    );
    const found = [root];
    for (const pid of found) {
        found.push(...[...parents].filter(([, parent]) => parent === pid).map(([each]) => each));
    }
    return found;
}

function parentOf(pid: number): number {
    const stat = read(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function commandOf(pid: number): string {
    return read(`/proc/${pid}/cmdline`).split("\0")[0] ?? "";
}

function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return ""; // ended meanwhile
    }
}

function end(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // Ended meanwhile.
    }
}

/** Numbers from 0 to 1 that are the same for the same seed: mulberry32. */
export function randomNumbers(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

/** Moments spread over a whole, one in each of as many equal parts, in any order. */
export function spread(count: number, random: () => number): number[] {
    return Array.from({ length: count }, (_, index) => ({ at: (index + random()) / count, order: random() }))
        .sort((one, other) => one.order - other.order)
        .map(({ at }) => at);
}
