import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { AddressInfo } from "node:net";
import path from "node:path";
import { WebSocket, WebSocketServer } from "ws";
import { eventsIn, VERSION_HEADER } from "../../tools/bench/release/app/contract";
import { Client, kindOf, verdict } from "../../tools/bench/release/load/client";
import { questionAt } from "../../tools/bench/release/load/questions";
import { Sockets } from "../../tools/bench/release/load/sockets";
import { Tally } from "../../tools/bench/release/load/tally";
import { freePort } from "../../tools/bench/release/ports";

describe("the load", () => {
    const questions = Array.from({ length: 1200 }, (_, index) => questionAt(index));
    const share = (is: (question: (typeof questions)[number]) => boolean) =>
        questions.filter(is).length / 1200;

    test("2 % of it are slow, half is POST, and half of each method may use a connection twice", () => {
        expect(share(({ path }) => path.startsWith("/slow"))).toBe(0.02);
        expect(share(({ method }) => method === "POST")).toBeCloseTo(0.48, 2);
        expect(share(({ keepAlive }) => keepAlive)).toBeCloseTo(0.5, 2);
        expect(share(({ method, keepAlive }) => method === "POST" && keepAlive)).toBeCloseTo(0.24, 2);
        expect(new Set(questions.map(({ body }) => body?.length))).toEqual(
            new Set([undefined, 300, 5000, 80_000]),
        );
    });

    test("no two requests expect the same answer: one that was meant for another is wrong", () => {
        expect(new Set(questions.map(({ expected }) => expected)).size).toBe(questions.length);
    });
});

describe("a request", () => {
    const question = { method: "GET", path: "/?n=1", expected: "1 seen", keepAlive: false } as const;

    async function against<T>(
        listener: http.RequestListener,
        action: (client: Client) => Promise<T>,
    ): Promise<T> {
        const server = http.createServer(listener).listen(0, "127.0.0.1");
        await once(server, "listening");
        const client = new Client((server.address() as AddressInfo).port);
        try {
            return await action(client);
        } finally {
            client.close();
            server.closeAllConnections();
            server.close();
        }
    }

    test.each<[string, http.RequestListener, string | undefined]>([
        ["the right answer", (_, response) => response.end("1 seen"), undefined],
        ["another body", (_, response) => response.end("2 seen"), "wrong body"],
        ["a proxy's own answer", (_, response) => response.writeHead(502).end("1 seen"), "status 502"],
        ["no route", (_, response) => response.writeHead(404).end(), "status 404"],
        ["a cut connection", (request) => request.socket.destroy(), "ECONNRESET"],
        [
            "an answer that is cut",
            (request, response) => {
                response.writeHead(200, { "content-length": 6 }).write("1 s", () => request.socket.destroy());
            },
            "ECONNRESET",
        ],
    ])("%s", async (_, listener, lost) => {
        expect((await against(listener, (client) => client.ask(question))).lost).toBe(lost);
    });

    test("nobody there", async () => {
        const server = http.createServer().listen(0, "127.0.0.1");
        await once(server, "listening");
        const { port } = server.address() as AddressInfo;
        server.close();
        await once(server, "close");
        expect(await new Client(port).ask(question)).toEqual({ lost: "ECONNREFUSED" });
    });

    test("the version that answered is known", async () => {
        const listener: http.RequestListener = (_, response) =>
            response.setHeader(VERSION_HEADER, "7").end("1 seen");
        expect(await against(listener, (client) => client.ask(question))).toEqual({
            version: "7",
            lost: undefined,
        });
    });

    test("one that is given up is a timeout", () => {
        expect(kindOf(new DOMException("The operation was aborted", "AbortError"))).toBe("timeout");
        expect(kindOf(new DOMException("too late", "TimeoutError"))).toBe("timeout");
        expect(verdict(200, "", "1 seen")).toBe("wrong body");
    });
});

test("websockets that end with a close frame are told from those that are cut, and come back", async () => {
    const server = http.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const accepting = new WebSocketServer({ server, path: "/ws" });
    const connected = once(accepting, "connection");
    const sockets = new Sockets((server.address() as AddressInfo).port, 1);
    const ends = [
        (socket: { close(code: number): void }) => socket.close(1001),
        (socket: { terminate(): void }) => socket.terminate(),
    ] as const;
    const [first] = (await connected) as [Parameters<(typeof ends)[0]>[0]];
    const again = once(accepting, "connection");
    ends[0](first);
    const [second] = (await again) as [Parameters<(typeof ends)[1]>[0]];
    const third = once(accepting, "connection");
    ends[1](second);
    const [last] = (await third) as [{ once(event: "message", listener: () => void): void }];
    // It has opened on the other side, too, when it says something.
    await new Promise<void>((resolve) => last.once("message", resolve));
    expect(sockets.close()).toEqual({ opened: 3, closeFrames: 1, cut: 1 });
    accepting.close();
    server.close();
});

test("outcomes are counted by kind, the most frequent first, and a version is seen once", () => {
    const seen: string[] = [];
    const tally = new Tally((version) => seen.push(version));
    for (const outcome of [{ lost: "a" }, { lost: "b" }, { lost: "b" }, { version: "1" }, { version: "1" }]) {
        tally.add(outcome);
    }
    // An error page of the proxy's, with or without a version, is no sign of life.
    tally.add({ version: "2", lost: "status 502" });
    expect([tally.lost, Object.entries(tally.lostBy), seen]).toEqual([
        4,
        [
            ["b", 2],
            ["a", 1],
            ["status 502", 1],
        ],
        ["1"],
    ]);
});

test("the app's events are found in a log, whatever stands around them", () => {
    const log = `\u0001\0\0\0\0\0\0A{"event":"start","version":"3","at":1}\n\u0001\0\0\0\0\0\0B{"event":"healthy","version":"3","at":2}\nnoise`;
    expect(eventsIn(log)).toEqual([
        { event: "start", version: "3", at: 1 },
        { event: "healthy", version: "3", at: 2 },
    ]);
});

describe("the app that is released", () => {
    let app: ChildProcess;
    let port: number;
    let log = "";
    let client: Client;

    beforeAll(async () => {
        port = await freePort();
        client = new Client(port);
        const file = path.join(__dirname, "../../tools/bench/release/app/server.ts");
        app = spawn(process.execPath, ["--require", require.resolve("../../tools/register.cjs"), file], {
            env: { ...process.env, PORT: String(port), VERSION: "4" },
            stdio: ["ignore", "pipe", "inherit"],
        });
        app.stdout?.on("data", (chunk: Buffer) => {
            log += chunk.toString();
        });
        const health = { method: "GET", path: "/health", expected: "ok", keepAlive: false } as const;
        for (let lost: string | undefined = "not asked"; lost !== undefined;) {
            ({ lost } = await client.ask(health));
        }
    }, 30_000);

    afterAll(() => {
        client.close();
        app.kill("SIGKILL");
    });

    test("gives each request of the load the answer that it expects, the slow ones, too", async () => {
        const questions = Array.from({ length: 50 }, (_, index) => questionAt(index));
        const outcomes = await Promise.all(questions.map((question) => client.ask(question)));
        expect(new Set(outcomes.map(({ lost, version }) => `${lost ?? "right"} ${version ?? ""}`))).toEqual(
            new Set(["right 4"]),
        );
    }, 20_000);

    test("ends at once on SIGTERM: websockets get a close frame, what is in flight gets nothing", async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
        await once(socket, "open");
        socket.send("echo");
        const [echo] = (await once(socket, "message")) as [Buffer];
        expect(echo.toString()).toBe("echo");
        const slow = client.ask(questionAt(49));
        // It is in flight when a later one has its answer.
        expect(await client.ask(questionAt(0))).toEqual({ lost: undefined, version: "4" });
        const closed = once(socket, "close");
        const ended = once(app, "exit");
        app.kill("SIGTERM");
        expect((await closed)[0]).toBe(1001);
        expect(await ended).toEqual([0, null]);
        expect(await slow).toEqual({ lost: "ECONNRESET" });
        expect(eventsIn(log).map(({ event, version }) => [event, version])).toEqual([
            ["start", "4"],
            ["healthy", "4"],
            ["sigterm", "4"],
        ]);
    });
});
