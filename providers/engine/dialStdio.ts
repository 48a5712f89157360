import { ChildProcess, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/**
 * HTTP connections to an engine through the system's `ssh` and `docker system dial-stdio` on the other side, as the
 * Docker provider makes them: the user's keys, known hosts and ControlMaster serve both.
 */
export class DialStdioAgent extends Agent {
    constructor(
        private readonly url: URL,
        private readonly sshOpts: readonly string[],
    ) {
        super({ keepAlive: true });
    }

    override createConnection(): Duplex {
        const child = spawn("ssh", sshArguments(this.url, this.sshOpts), { stdio: ["pipe", "pipe", "pipe"] });
        return new StdioConnection(child);
    }
}

/** The command line of `ssh`. */
export function sshArguments(url: URL, sshOpts: readonly string[]): string[] {
    const port = url.port ? ["-p", url.port] : [];
    const user = url.username ? ["-l", decodeURIComponent(url.username)] : [];
    return [...sshOpts, ...user, ...port, "--", url.hostname, "docker", "system", "dial-stdio"];
}

/** A child's standard streams as the socket that Node's HTTP client expects. */
class StdioConnection extends Duplex {
    private errors = "";

    constructor(private readonly child: ChildProcess) {
        super({ allowHalfOpen: false });
        child.stdout?.on("data", (chunk: Buffer) => {
            if (!this.push(chunk)) {
                child.stdout?.pause();
            }
        });
        child.stderr?.on("data", (chunk: Buffer) => {
            this.errors = (this.errors + chunk.toString()).slice(-2000);
        });
        child.on("error", (error) => this.destroy(error));
        child.stdin?.on("error", (error) => this.destroy(error));
        child.on("close", (code) => {
            if (code === 0 || this.destroyed) {
                this.push(null);
            } else {
                this.destroy(new Error(`ssh ended with ${code ?? "a signal"}: ${this.errors.trim()}`));
            }
        });
    }

    override _read(): void {
        this.child.stdout?.resume();
    }

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
        this.child.stdin?.write(chunk, done);
    }

    override _final(done: () => void): void {
        this.child.stdin?.end(done);
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        this.child.kill();
        done(error);
    }

    // What Node's HTTP client calls on a socket and a pipe has no need of.
    setTimeout(): this {
        return this;
    }
    setNoDelay(): this {
        return this;
    }
    setKeepAlive(): this {
        return this;
    }
    ref(): this {
        this.child.ref();
        return this;
    }
    unref(): this {
        this.child.unref();
        return this;
    }
}
