import { Machine } from "./state";

/** "Machine restart policy" in the documentation: `on-failure` is the default, 10 retries within 5 minutes. */
const RETRIES = 10;
const WINDOW_MS = 5 * 60_000;

/** Whether a machine is started again that ended by itself. */
export function restarts({ config, restartsMs }: Machine, code: number, nowMs = Date.now()): boolean {
    // A machine that is to go when it is done has nothing to be started for.
    const { policy = config.auto_destroy === true ? "no" : "on-failure", max_retries } = config.restart ?? {};
    const recent = restartsMs.filter((at) => at > nowMs - WINDOW_MS).length;
    // Go leaves a zero out: no number, and 0, are the same on the wire.
    const retries = max_retries === undefined || max_retries === 0 ? RETRIES : max_retries;
    return policy === "always" || (policy === "on-failure" && code !== 0 && recent < retries);
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** How long until then: each time twice as long. The real platform's pauses are not told. */
export function restartPauseMs({ restartsMs }: Pick<Machine, "restartsMs">): number {
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (restartsMs.length - 1));
}
