import { ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { forgetTrace, tracedProcess, writeTrace } from "./trace";

/** How a program that belongs to a rehearsal is started. */
export interface OwnedProgram {
    /** Unique in its folder: its log and the record of it are named after it. */
    readonly name: string;
    /** Folder of the rehearsal's own; made where there is none. */
    readonly folder: string;
    readonly file: string;
    readonly args: readonly string[];
    /** All of its environment: nothing is inherited, no proxy and no token. */
    readonly env: Readonly<Record<string, string>>;
}

/** What a program may take to end by itself. */
const GRACE_MS = 5000;

/**
 * A program that ends with this process. When this process is killed there is nobody to end it: the next one of the same
 * name in the same folder does so before it starts.
 */
export class OwnedProcess {
    private readonly exited: Promise<void>;
    private constructor(
        private readonly child: ChildProcess,
        private readonly program: OwnedProgram,
        private readonly forget: () => void,
    ) {
        this.exited = new Promise((resolve) => {
            child.once("exit", () => resolve());
            child.once("error", () => resolve());
        });
    }

    static async start(program: OwnedProgram): Promise<OwnedProcess> {
        const { name, folder, file, args, env } = program;
        mkdirSync(folder, { recursive: true });
        await endLeftover(folder, name);
        const log = openSync(logOf(program), "w", 0o600);
        const child = spawn(file, args, { cwd: folder, env, stdio: ["ignore", log, log] });
        closeSync(log);
        const end = () => void child.kill("SIGKILL");
        process.once("exit", end);
        const forget = () => {
            process.off("exit", end);
            forgetTrace(traceOf(folder, name));
        };
        const owned = new OwnedProcess(child, program, forget);
        writeTrace(traceOf(folder, name), child.pid);
        return owned;
    }

    /** Whether it runs. */
    get running(): boolean {
        return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
    }

    /** All that it has printed. */
    get log(): string {
        return readFileSync(logOf(this.program), "utf8");
    }

    /** Waits until it answers; throws its last words when it ends before, or does not within 30 s. */
    async answering(probe: () => Promise<boolean>): Promise<void> {
        for (let tries = 0; tries < 600 && this.running; tries += 1) {
            if (await probe()) {
                return;
            }
            await delay(50);
        }
        const how = this.running ? "does not answer" : "ended before it answered";
        const words = this.log.trim().split("\n").slice(-5).join("\n");
        await this.stop();
        throw new Error(`${this.program.name} ${how}:\n${words}`);
    }

    /** Ends it and waits for that. */
    async stop(): Promise<void> {
        if (this.running) {
            this.child.kill();
            const late = setTimeout(() => this.child.kill("SIGKILL"), GRACE_MS);
            await this.exited;
            clearTimeout(late);
        }
        this.forget();
    }
}

/** Ends what a run that was killed has left, and nothing else: a number that another program has got since is left alone. */
export async function endLeftover(folder: string, name: string): Promise<void> {
    const file = traceOf(folder, name);
    const deadline = Date.now() + GRACE_MS;
    let signal: NodeJS.Signals | 0 = "SIGTERM";
    for (let pid = tracedProcess(file); pid !== undefined; pid = tracedProcess(file)) {
        signalTo(pid, Date.now() > deadline ? "SIGKILL" : signal);
        signal = 0;
        await delay(20);
    }
    forgetTrace(file);
}

/** Sends a signal to a process, or to a group by its negative number; one that has ended meanwhile does not mind. */
export function signalTo(pid: number, signal: NodeJS.Signals | 0): void {
    try {
        process.kill(pid, signal);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
            throw error;
        }
    }
}

function traceOf(folder: string, name: string): string {
    return join(folder, `${name}.process.json`);
}

function logOf({ folder, name }: OwnedProgram): string {
    return join(folder, `${name}.log`);
}
