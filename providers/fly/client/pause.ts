import { setTimeout as sleep } from "node:timers/promises";

/** Waits. Ends at once when the signal aborts, with the reason why it did. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => {
        signal.throwIfAborted();
    });
}
