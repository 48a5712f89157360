import { ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/** A stock sshd drops connections at random once ten of them have not logged in yet; the Docker provider dials, too. */
const MAX_HANDSHAKES = 4;

/**
 * What the user's own options come before, as ssh keeps the first value. Nobody could answer a prompt of a provider, and a
 * line that is dead must end in an error.
 */
const DEFAULTS = ["BatchMode=yes", "ConnectTimeout=30", "ServerAliveInterval=15"];

/** What makes a connection to the engine out of a session. */
const DIAL = ["docker", "system", "dial-stdio"];

/** How long the other side may take to end once its input has. */
const END_GRACE_MS = 1000;

/** What holds the process: a child, and the pipes to it, which their type does not show. */
type Handle = Pick<ChildProcessWithoutNullStreams, "ref" | "unref">;

/** Called with the connection, once it may be used. */
type Connected = (error: Error | null, connection: Duplex) => void;

/**
 * HTTP connections to an engine through the system's `ssh` and `docker system dial-stdio` on the other side, as the
 * Docker provider makes them: the user's keys, known hosts and ControlMaster serve both.
 */
export class DialStdioAgent extends Agent {
    private readonly waiting: (() => void)[] = [];
    private handshakes = 0;

    constructor(
        private readonly url: URL,
        private readonly sshOpts: readonly string[],
    ) {
        super({ keepAlive: true });
    }

    override createConnection(_options: object, connected: Connected): undefined {
        this.waiting.push(() => {
            const child = spawn("ssh", sshArguments(this.url, this.sshOpts, DIAL));
            connected(null, new StdioConnection(child, () => this.handshakeOver()));
        });
        this.dialNext();
    }

    private dialNext(): void {
        if (this.handshakes < MAX_HANDSHAKES) {
            const dial = this.waiting.shift();
            if (dial !== undefined) {
                this.handshakes += 1;
                dial();
            }
        }
    }

    private handshakeOver(): void {
        this.handshakes -= 1;
        this.dialNext();
    }
}

/** The command line of `ssh` that runs a command on a host. */
export function sshArguments(url: URL, sshOpts: readonly string[], command: readonly string[]): string[] {
    const defaults = DEFAULTS.flatMap((option) => ["-o", option]);
    const port = url.port ? ["-p", url.port] : [];
    const user = url.username ? ["-l", decodeURIComponent(url.username)] : [];
    return [...sshOpts, ...defaults, ...user, ...port, "--", bareHost(url), ...command];
}

/** The host of a URL as programs take it: an IPv6 address without its brackets. */
export function bareHost(url: URL): string {
    return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/** A child's standard streams as the socket that Node's HTTP client expects. */
class StdioConnection extends Duplex {
    private errors = "";

    constructor(
        private readonly child: ChildProcessWithoutNullStreams,
        handshakeOver: () => void,
    ) {
        super({ allowHalfOpen: false });
        // The engine's first byte proves that ssh has logged in. A connection whose request was given up meanwhile gets
        // none: Node destroys it, and it closes.
        let shaking = true;
        const shaken = (): void => {
            if (shaking) {
                shaking = false;
                handshakeOver();
            }
        };
        child.stdout.once("data", shaken);
        child.once("close", shaken);
        child.stdout.on("data", (chunk: Buffer) => {
            if (!this.push(chunk)) {
                child.stdout.pause();
            }
        });
        child.stderr.on("data", (chunk: Buffer) => {
            this.errors = (this.errors + chunk.toString()).slice(-2000);
        });
        // A broken pipe says nothing: why ssh ended follows with `close`.
        child.stdin.on("error", () => undefined);
        child.on("error", (error) => this.destroy(error));
        child.on("close", (code) => {
            if (code === 0 || this.destroyed) {
                this.push(null);
            } else {
                this.destroy(new Error(`ssh ended with ${code ?? "a signal"}: ${this.errors.trim()}`));
            }
        });
    }

    override _read(): void {
        this.child.stdout.resume();
    }

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
        this.child.stdin.write(chunk, (error) => {
            if (!error) {
                done();
            }
        });
    }

    override _final(done: () => void): void {
        this.child.stdin.end(done);
    }

    /**
     * Ends the other side by the end of its input: a signal would take along what shares the connection. Only a side that
     * does not end by itself, because the engine still streams to it, gets one.
     */
    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        const { child } = this;
        child.stdin.end();
        child.stdout.resume();
        const late = setTimeout(() => child.kill(), END_GRACE_MS).unref();
        child.once("close", () => clearTimeout(late));
        this.unref();
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
    /** An idle connection must not keep the process from ending. */
    ref(): this {
        this.handles().forEach((handle) => handle.ref());
        return this;
    }
    unref(): this {
        this.handles().forEach((handle) => handle.unref());
        return this;
    }

    private handles(): Handle[] {
        const { stdin, stdout, stderr } = this.child;
        return [this.child, ...([stdin, stdout, stderr] as unknown[] as Handle[])];
    }
}
