import { performance } from "node:perf_hooks";
import { Ended } from "../children";
import { pulumi } from "../pulumi";
import { Environment } from "../setup";

/** One preview as the user sees it end. */
export interface TimedPreview extends Ended {
    /** From the start of the command to its end, in milliseconds. */
    readonly ms: number;
}

/** Runs one whole preview and takes its time. */
export async function timePreview(
    environment: Environment,
    stack: string,
    more: readonly string[],
): Promise<TimedPreview> {
    const args = ["preview", "--stack", stack, "--non-interactive", "--color", "never", ...more];
    const began = performance.now();
    const ended = await pulumi(environment, args, { capture: true });
    return { ...ended, ms: performance.now() - began };
}
