import { join } from "node:path";
import execa, { ExecaChildProcess, ExecaReturnValue } from "execa";
import { until } from "./containers";

const ROOT = join(__dirname, "..", "..");

/** A program that runs beside a test. */
export class Running {
    /** How it ended, however that is. */
    readonly ended: Promise<ExecaReturnValue>;
    private result: ExecaReturnValue | undefined;
    private text = "";

    constructor(private readonly child: ExecaChildProcess) {
        child.all?.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
        this.ended = child.then((result) => (this.result = result));
    }

    get pid(): number {
        return this.child.pid ?? 0;
    }

    /** All that it has said until now. */
    get said(): string {
        return this.text;
    }

    /** Waits until a condition holds; fails with what it has said when the time is over, at once when it ends before. */
    async until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
        const holds = async () => {
            // In this order: what it did last counts.
            const { result } = this;
            if (await condition()) {
                return true;
            }
            if (result !== undefined) {
                throw new Error(
                    `It has ended with ${result.signal ?? result.exitCode}:\n${result.all ?? ""}`,
                );
            }
            return false;
        };
        await until(holds, () => Promise.resolve(this.said), timeoutMs);
    }

    /** Ends it by a signal where it still runs, and waits for that. */
    async end(signal: NodeJS.Signals): Promise<void> {
        if (this.result === undefined) {
            this.child.kill(signal);
            await this.ended;
        }
    }
}

/** Programs that a test runs beside itself, from the project's root; `endAll` ends those that it leaves behind. */
export class Programs {
    private readonly started: Running[] = [];

    start(file: string, args: readonly string[]): Running {
        const options = { cwd: ROOT, all: true, reject: false, stdin: "ignore" } as const;
        const running = new Running(execa(file, args, options));
        this.started.push(running);
        return running;
    }

    /** As Ctrl-C does it. */
    async endAll(): Promise<void> {
        await Promise.all(this.started.map((running) => running.end("SIGINT")));
    }
}
