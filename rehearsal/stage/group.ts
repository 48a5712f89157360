import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startOf } from "../../tools/recovery/processes";
import { writeAtomically } from "../../tools/setup/cachedStep";

/** A group of processes that is at work for a rehearsal: it is numbered after its first. */
interface Group {
    readonly pid: number;
    /** When the first started, by the kernel, in ms since 1970. */
    readonly start: number;
}

/** The kernel counts from its own start, which it tells to the second. */
const SLACK_MS = 2000;

/** Writes down which group is at work, so that a later run can end it; gives back what forgets it. */
export function noteGroup(folder: string, pid: number | undefined): () => void {
    const start = pid === undefined ? undefined : startOf(pid);
    if (pid !== undefined && typeof start === "number") {
        writeAtomically(fileOf(folder), JSON.stringify({ pid, start } satisfies Group));
    }
    return () => rmSync(fileOf(folder), { force: true });
}

/** Ends the group that a run which was killed has left at work, and nothing else. */
export function endNotedGroup(folder: string): void {
    const group = read(fileOf(folder));
    const start = group === undefined ? undefined : startOf(group.pid);
    if (group !== undefined && typeof start === "number" && Math.abs(start - group.start) < SLACK_MS) {
        process.kill(-group.pid, "SIGKILL");
    }
}

function read(file: string): Group | undefined {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as Group;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}

function fileOf(folder: string): string {
    return join(folder, "command.json");
}
