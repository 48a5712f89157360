import { ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { LoadMessage, LoadOptions, LoadResult } from "./messages";

export type { LoadOptions, LoadResult, SocketCounts } from "./messages";

/** A load that runs in a process of its own. */
export class Load {
    readonly pid: number;
    private requests = 0;
    private result: LoadResult | undefined;
    private ended = false;
    private readonly versions = new Map<string, number>();
    private readonly child: ChildProcess;
    private waiting: { condition: () => boolean; done: (held: boolean) => void }[] = [];

    constructor(options: LoadOptions) {
        this.child = fork(path.join(__dirname, "generator.ts"), [JSON.stringify(options)], {
            execArgv: ["--require", path.join(__dirname, "../../../register.cjs")],
            stdio: ["ignore", "inherit", "inherit", "ipc"],
        });
        this.pid = this.child.pid ?? 0;
        this.child.on("message", (message: LoadMessage) => {
            this.take(message);
            this.look();
        });
        this.child.on("exit", () => {
            this.ended = true;
            this.look();
        });
    }

    /** When the first answer of a version came, in milliseconds since 1970. */
    firstAnswer(version: number): number | undefined {
        return this.versions.get(String(version));
    }

    /** Waits until a version has answered; false when that does not happen in time, or the load ends before. */
    async untilAnswered(version: number, timeoutMs: number): Promise<boolean> {
        return this.until(() => this.versions.has(String(version)), timeoutMs);
    }

    /** Waits until so many requests were made since the start; false when the load ends before. */
    async untilRequests(count: number): Promise<boolean> {
        return this.until(() => this.requests >= count);
    }

    /** Waits for so many more requests. */
    async more(count: number): Promise<boolean> {
        return this.untilRequests(this.requests + count);
    }

    /** Whether it has come to its own end. */
    get over(): boolean {
        return this.ended || this.result !== undefined;
    }

    /** Ends the load, waits for what is in flight, and tells what became of it. */
    async stop(): Promise<LoadResult> {
        if (this.child.connected) {
            this.child.send("stop");
        }
        await this.until(() => this.result !== undefined);
        if (this.result === undefined) {
            throw new Error("The load generator ended without a result: see what it says above.");
        }
        return this.result;
    }

    /** Ends the process, whatever it does. */
    kill(): void {
        this.child.kill("SIGKILL");
    }

    private take(message: LoadMessage): void {
        if (message.kind === "progress") {
            this.requests = message.requests;
        } else if (message.kind === "version") {
            this.versions.set(message.version, message.at);
        } else {
            this.result = message.result;
        }
    }

    private until(condition: () => boolean, timeoutMs?: number): Promise<boolean> {
        return new Promise((resolve) => {
            const timer = timeoutMs === undefined ? undefined : setTimeout(() => done(false), timeoutMs);
            const done = (held: boolean) => {
                clearTimeout(timer);
                this.waiting = this.waiting.filter((each) => each !== entry);
                resolve(held);
            };
            const entry = { condition, done };
            this.waiting.push(entry);
            this.look();
        });
    }

    private look(): void {
        for (const { condition, done } of [...this.waiting]) {
            if (condition()) {
                done(true);
            } else if (this.over) {
                done(false);
            }
        }
    }
}
