import { join } from "node:path";
import { signalTo } from "../ownedProcess";
import { forgetTrace, tracedProcess, writeTrace } from "../trace";

/** Writes down which group of processes is at work, so that a later run can end it; gives back what forgets it. */
export function noteGroup(folder: string, pid: number | undefined): () => void {
    writeTrace(fileOf(folder), pid);
    return () => forgetTrace(fileOf(folder));
}

/** Ends the group that a run which was killed has left at work, and nothing else. */
export function endNotedGroup(folder: string): void {
    const pid = tracedProcess(fileOf(folder));
    if (pid !== undefined) {
        signalTo(-pid, "SIGKILL");
    }
}

function fileOf(folder: string): string {
    return join(folder, "command.json");
}
