import { ChildProcess, spawn } from "node:child_process";
import { createServer, connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Agent, get } from "node:http";
import WebSocket from "ws";
import { buildSample } from "../build";
import { send } from "./support";

// Roomy for a busy machine, and below the 30 seconds that a test gives the app to be stuck in.
jest.setTimeout(20_000);

/** The bundled app as a process of its own, and what it logs. */
class Process {
    readonly lines: Record<string, unknown>[] = [];
    readonly exited: Promise<{ code: number | null; signal: string | null }>;
    private readonly child: ChildProcess;
    private notify: () => void = () => undefined;

    constructor(script: string, env: Record<string, string>) {
        const child = spawn(process.execPath, [join(dist, script)], {
            env: { PATH: process.env.PATH, HOST: "127.0.0.1", PORT: "0", ...env },
            stdio: ["ignore", "pipe", "inherit"],
        });
        this.child = child;
        createInterface({ input: child.stdout }).on("line", (line) => {
            this.lines.push(JSON.parse(line) as Record<string, unknown>);
            this.notify();
        });
        this.exited = new Promise((resolve) => {
            // `close` and not `exit`: the log is complete then.
            child.once("close", (code, signal) => {
                resolve({ code, signal });
                this.notify();
            });
        });
        started.push(this);
    }

    /** Waits for a line of the log. */
    async line(message: string): Promise<Record<string, unknown>> {
        for (;;) {
            const found = this.lines.find((line) => line.message === message);
            if (found !== undefined) {
                return found;
            }
            if (this.child.exitCode !== null) {
                throw new Error(`it ended without "${message}": ${JSON.stringify(this.lines)}`);
            }
            await new Promise<void>((resolve) => (this.notify = resolve));
        }
    }

    async port(): Promise<number> {
        return Number((await this.line("listening")).port);
    }

    kill(signal: NodeJS.Signals): void {
        this.child.kill(signal);
    }
}

let dist: string;
const started: Process[] = [];

beforeAll(async () => {
    dist = await buildSample();
});

afterEach(async () => {
    for (const child of started.splice(0)) {
        child.kill("SIGKILL");
        await child.exited;
    }
});

const serve = (env: Record<string, string> = {}) => new Process("server.js", env);

function refusedOn(port: number): Promise<string> {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
            socket.destroy();
            resolve("connected");
        });
        socket.once("error", (error: NodeJS.ErrnoException) => {
            resolve(String(error.code));
        });
    });
}

test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with 0", async (signal) => {
    const app = serve();
    await app.port();
    app.kill(signal);
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(await app.line("stopping")).toMatchObject({ signal });
    expect(await app.line("stopped")).toMatchObject({ cut: 0 });
});

test("a request in flight survives SIGTERM, and its connection is closed; new ones are refused", async () => {
    const app = serve();
    const port = await app.port();
    const reply = await send(port, "/slow?ms=700", {
        onContinue: () => {
            app.kill("SIGTERM");
        },
    });
    expect(reply).toMatchObject({ status: 200, body: { ms: 700 }, headers: { connection: "close" } });
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(await app.line("stopped")).toMatchObject({ cut: 0 });
});

test("while it drains nothing new is taken, and a connection without a request does not hold it up", async () => {
    const app = serve({ SHUTDOWN_SECONDS: "30" });
    const port = await app.port();
    const silent = connect(port, "127.0.0.1");
    await new Promise((resolve) => silent.once("connect", resolve));
    let refused: Promise<string> | undefined;
    const reply = await send(port, "/slow?ms=700", {
        onContinue: () => {
            app.kill("SIGTERM");
            refused = app.line("stopping").then(() => refusedOn(port));
        },
    });
    expect(reply.status).toBe(200);
    expect(await refused).toBe("ECONNREFUSED");
    expect(await app.exited).toEqual({ code: 0, signal: null });
    silent.destroy();
});

test("an idle connection that a proxy keeps does not hold it up", async () => {
    const app = serve({ SHUTDOWN_SECONDS: "30" });
    const port = await app.port();
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
        get({ host: "127.0.0.1", port, path: "/", agent }, (response) => {
            response.resume().once("end", resolve);
        }).once("error", reject);
    });
    app.kill("SIGTERM");
    expect(await app.exited).toEqual({ code: 0, signal: null });
    agent.destroy();
});

test("what takes longer than SHUTDOWN_SECONDS is cut, and it still ends with 0", async () => {
    const app = serve({ SHUTDOWN_SECONDS: "1" });
    const port = await app.port();
    const reply = send(port, "/slow?ms=20000", {
        onContinue: () => {
            app.kill("SIGTERM");
        },
    });
    await expect(reply).rejects.toThrow("socket hang up");
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(await app.line("stopped")).toMatchObject({ cut: 1 });
});

test("who asks twice does not wait", async () => {
    const app = serve({ SHUTDOWN_SECONDS: "30" });
    const port = await app.port();
    const reply = send(port, "/slow?ms=20000", {
        onContinue: () => {
            app.kill("SIGINT");
            void app.line("stopping").then(() => {
                app.kill("SIGINT");
            });
        },
    });
    await expect(reply).rejects.toThrow("socket hang up");
    expect(await app.exited).toEqual({ code: 1, signal: null });
});

test("SIGTERM closes websockets with 1001", async () => {
    const app = serve();
    const socket = new WebSocket(`ws://127.0.0.1:${await app.port()}/ws/room`);
    await new Promise((resolve) => socket.once("open", resolve));
    const close = new Promise((resolve) => {
        socket.once("close", (code, reason) => {
            resolve([code, reason.toString()]);
        });
    });
    app.kill("SIGTERM");
    expect(await close).toEqual([1001, "going away"]);
    expect(await app.exited).toEqual({ code: 0, signal: null });
});

test("an environment that is not valid: all problems in one line, no secret, exit code 1", async () => {
    const app = serve({ PORT: "none", REDIS_URL: "http://:hunter2@cache", DATABASE_URL: "hunter2" });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.lines).toHaveLength(1);
    expect(app.lines[0]).toMatchObject({
        level: "error",
        message: "invalid environment",
        problems: [
            'PORT: "none" is not a whole number from 0 to 65535',
            "DATABASE_URL: not a URL (its value is not shown: it may hold a password)",
            "REDIS_URL: must start with redis:// or rediss://",
        ],
    });
    expect(JSON.stringify(app.lines)).not.toContain("hunter2");
});

test("a port that is taken is said in a line, exit code 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const app = serve({ PORT: String((other.address() as AddressInfo).port) });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.lines[0]).toMatchObject({
        level: "error",
        message: expect.stringContaining("EADDRINUSE") as string,
    });
    other.close();
});

test("SIGTERM while it waits for its database ends it at once", async () => {
    const app = serve({ DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/shop" });
    await app.line("waiting for the database");
    app.kill("SIGTERM");
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(JSON.stringify(app.lines)).not.toContain("hunter2");
});

test("it serves, unhealthy, while its databases are away", async () => {
    const app = serve({
        MIGRATE_ON_START: "false",
        DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/shop",
        REDIS_URL: "redis://:hunter2@127.0.0.1:1",
    });
    const port = await app.port();
    expect(await send(port, "/health")).toMatchObject({
        status: 503,
        body: { status: "error", database: "unreachable", redis: "unreachable" },
    });
    app.kill("SIGTERM");
    expect(await app.exited).toEqual({ code: 0, signal: null });
    expect(JSON.stringify(app.lines)).not.toContain("hunter2");
});

test("a migration without a database says what to set, exit code 1", async () => {
    const job = new Process("migrate.js", {});
    expect(await job.exited).toEqual({ code: 1, signal: null });
    expect(job.lines[0]).toMatchObject({
        level: "error",
        message: expect.stringMatching(/DATABASE_URL/) as string,
    });
});
