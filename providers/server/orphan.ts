import { fstatSync } from "node:fs";

/** Until the pipe's end has told that something is up, the parent is looked at now and then. */
const SLOW_MS = 1000;
/** The kernel closes the pipes of a process that was killed a moment before it gives its children another parent. */
const QUICK_MS = 50;

/**
 * Calls back when the process that started this one is gone, however it went. The engine gives its plugins process groups
 * of their own, so that nothing that kills it reaches them: what they were about would go on behind the next run's back.
 */
export function whenOrphaned(orphaned: () => void): void {
    const parent = process.ppid;
    const look = () => {
        if (process.ppid !== parent) {
            orphaned();
        }
    };
    const slow = setInterval(look, SLOW_MS).unref();
    if (!isPipe(0)) {
        return;
    }
    // The engine holds the other end, and never writes.
    process.stdin
        .once("close", () => {
            clearInterval(slow);
            // Init is nobody's engine: it was all over before this process could look.
            if (parent === 1) {
                orphaned();
            }
            setInterval(look, QUICK_MS).unref();
        })
        .once("error", () => undefined)
        .resume();
}

function isPipe(descriptor: number): boolean {
    try {
        const stat = fstatSync(descriptor);
        return stat.isFIFO() || stat.isSocket();
    } catch {
        return false; // closed
    }
}
