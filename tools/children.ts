import { spawn } from "node:child_process";
import os from "node:os";

/** How a program is run in the foreground. */
export interface ForegroundOptions {
    cwd?: string;
    env?: Record<string, string>;
    /** Give back what it prints on stdout instead of showing it. */
    capture?: boolean;
}

/** How a program ended. */
export interface Ended {
    code: number;
    stdout: string;
    /** Whether somebody asked for the end, by Ctrl-C or by a signal that was passed on. */
    interrupted: boolean;
}

const passedOn: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];

/**
 * Runs a program in the foreground and waits for it, whatever happens: Ctrl-C reaches it from the terminal itself (it is in
 * the same process group), and it may have to tidy up; other signals are passed on.
 */
export function runForeground(file: string, args: string[], options: ForegroundOptions = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, {
            cwd: options.cwd,
            env: { ...process.env, ...options.env },
            stdio: ["inherit", options.capture === true ? "pipe" : "inherit", "inherit"],
        });
        let stdout = "";
        child.stdout?.setEncoding("utf8").on("data", (text: string) => {
            stdout += text;
        });
        let interrupted = false;
        const stay = () => {
            interrupted = true;
        };
        const passOn = (signal: NodeJS.Signals) => {
            interrupted = true;
            child.kill(signal);
        };
        process.on("SIGINT", stay);
        for (const signal of passedOn) {
            process.on(signal, passOn);
        }
        const tidy = () => {
            process.off("SIGINT", stay);
            for (const signal of passedOn) {
                process.off(signal, passOn);
            }
        };
        child.on("error", (error) => {
            tidy();
            reject(error);
        });
        child.on("close", (code, signal) => {
            tidy();
            resolve({ code: code ?? exitCodeOf(signal), stdout, interrupted });
        });
    });
}

/** As a shell reports a program that a signal ended. */
function exitCodeOf(signal: NodeJS.Signals | null): number {
    return signal === null ? 1 : 128 + os.constants.signals[signal];
}
