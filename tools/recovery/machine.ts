import { backendFolder } from "../backend";
import { clearDeadLocks, dropHalfLocks, hasLivingLock } from "./locks";
import { endOrphans } from "./orphans";
import { mendStateFiles } from "./stateFiles";

/** Tells what is done, and nothing where nothing is. */
type Say = (text: string) => void;

/**
 * Puts in order what killed runs of a stack have left on this machine, before a run that changes the stack: locks, half
 * files, processes. Asks no engine. Throws when somebody is at work. A state that lies somewhere else has locks of its own.
 */
export async function clearMachine(stack: string, say: Say): Promise<void> {
    const backend = backendFolder();
    if (backend !== undefined) {
        await dropHalfLocks(backend, stack);
        clearDeadLocks(backend, stack, say);
        mendStateFiles(backend, stack, say);
    }
    await endOrphans(say);
}

/**
 * Mends what would keep a command from reading a stack's state: half a note beside it, which nobody needs. A look takes no
 * lock and is stopped by none, so all else is left to the next update. While somebody is at work the note is his.
 */
export function mendForLook(stack: string, say: Say): void {
    const backend = backendFolder();
    if (backend !== undefined && !hasLivingLock(backend, stack)) {
        mendStateFiles(backend, stack, say);
    }
}
