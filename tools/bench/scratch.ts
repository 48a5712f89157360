import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { SetupError } from "../setup/errors";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs an action with a temporary folder that nobody else can read, and removes it however the action ends: Ctrl-C reaches
 * the child that runs, aborts the signal, and the folder goes before the command does.
 */
export async function withScratch<T>(
    action: (folder: string, signal: AbortSignal) => Promise<T>,
    prefix = "berth-bench-",
): Promise<T> {
    // mkdtemp makes it with mode 0700.
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
    const remove = () => {
        fs.rmSync(folder, { recursive: true, force: true });
    };
    const controller = new AbortController();
    const stop = (signal: NodeJS.Signals) => {
        controller.abort(
            new SetupError(`Stopped by ${signal}.`, "Nothing was changed, nothing is left behind."),
        );
    };
    process.on("exit", remove);
    for (const signal of SIGNALS) {
        process.on(signal, stop);
    }
    try {
        const result = await action(folder, controller.signal);
        controller.signal.throwIfAborted();
        return result;
    } catch (error) {
        // What a child that was stopped says is not what went wrong.
        controller.signal.throwIfAborted();
        throw error;
    } finally {
        for (const signal of SIGNALS) {
            process.off(signal, stop);
        }
        remove();
        process.off("exit", remove);
    }
}
