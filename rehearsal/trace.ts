import { readFileSync, rmSync } from "node:fs";
import { startOf } from "../tools/recovery/processes";
import { writeAtomically } from "../tools/setup/cachedStep";

/** What is written down of a running process, so that a later run knows it. */
interface Trace {
    readonly pid: number;
    /** By the kernel, in ms since 1970. */
    readonly start: number;
}

/** The kernel counts from its own start, which it tells to the second. */
const SLACK_MS = 2000;

/** Writes down that a process runs. One that could not be started, or has ended, leaves no trace. */
export function writeTrace(file: string, pid: number | undefined): void {
    const start = pid === undefined ? undefined : startOf(pid);
    if (pid !== undefined && typeof start === "number") {
        writeAtomically(file, JSON.stringify({ pid, start } satisfies Trace));
    }
}

/** The process of a trace, while it runs: a number that another one has got since is not it. */
export function tracedProcess(file: string): number | undefined {
    const trace = read(file);
    const start = trace === undefined ? undefined : startOf(trace.pid);
    return trace !== undefined && typeof start === "number" && Math.abs(start - trace.start) < SLACK_MS
        ? trace.pid
        : undefined;
}

export function forgetTrace(file: string): void {
    rmSync(file, { force: true });
}

function read(file: string): Trace | undefined {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as Trace;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}
