import WebSocket from "ws";
import { isWebSocketPath } from "../src/websocket";
import { Running, run, send } from "./support";

// Roomy for a busy machine.
jest.setTimeout(20_000);

let running: Running | undefined;

afterEach(async () => {
    await running?.app.stop();
    running = undefined;
});

async function serve(env: Record<string, string> = {}) {
    running = await run({ SHUTDOWN_SECONDS: "1", ...env });
    const { port } = running;
    return { port, url: (path: string) => `ws://127.0.0.1:${port}${path}` };
}

function opened(url: string): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
        const socket = new WebSocket(url);
        socket.once("open", () => {
            resolve(socket);
        });
        socket.once("error", reject);
    });
}

function echoOf(socket: WebSocket, message: string | Buffer): Promise<{ data: string; isBinary: boolean }> {
    return new Promise((resolve) => {
        socket.once("message", (data: Buffer, isBinary) => {
            resolve({ data: data.toString("hex"), isBinary });
        });
        socket.send(message);
    });
}

const closed = (socket: WebSocket) =>
    new Promise<{ code: number; reason: string }>((resolve) => {
        socket.once("close", (code, reason) => {
            resolve({ code, reason: reason.toString() });
        });
    });

test.each(["/ws", "/ws/", "/ws/room/1", "/ws?token=1"])(
    "%s echoes text and binary messages",
    async (path) => {
        const { url } = await serve();
        const socket = await opened(url(path));
        expect(await echoOf(socket, "grüß")).toEqual({
            data: Buffer.from("grüß").toString("hex"),
            isBinary: false,
        });
        expect(await echoOf(socket, Buffer.from([0, 255, 1]))).toEqual({ data: "00ff01", isBinary: true });
        const large = Buffer.alloc(512 * 1024, 7);
        expect(await echoOf(socket, large)).toEqual({ data: large.toString("hex"), isBinary: true });
    },
);

test("many messages come back in their order", async () => {
    const { url } = await serve();
    const socket = await opened(url("/ws"));
    const sent = Array.from({ length: 500 }, (_, index) => `message ${index}`);
    const received: string[] = [];
    const all = new Promise<void>((resolve) => {
        socket.on("message", (data: Buffer) => {
            received.push(data.toString());
            if (received.length === sent.length) {
                resolve();
            }
        });
    });
    for (const message of sent) {
        socket.send(message);
    }
    await all;
    expect(received).toEqual(sent);
});

test.each(["/wsx", "/wsx/room", "/", "/health", "/rows"])("%s refuses them with 404", async (path) => {
    const { url } = await serve();
    await expect(opened(url(path))).rejects.toThrow("Unexpected server response: 404");
});

test("a path of one's own", async () => {
    const { url } = await serve({ WS_PATH: "/live" });
    const socket = await opened(url("/live/1"));
    expect(await echoOf(socket, "a")).toEqual({ data: "61", isBinary: false });
    await expect(opened(url("/ws"))).rejects.toThrow("Unexpected server response: 404");
});

test("a plain request on the websockets' path is told so", async () => {
    const { port } = await serve();
    const reply = await send(port, "/ws");
    expect(reply.status).toBe(426);
    expect(reply.headers.upgrade).toBe("websocket");
    expect((await send(port, "/wsx")).status).toBe(404);
});

test("a message above 1 MiB closes the socket with 1009", async () => {
    const { url } = await serve();
    const socket = await opened(url("/ws"));
    const end = closed(socket);
    socket.send(Buffer.alloc(1024 * 1024 + 1));
    expect((await end).code).toBe(1009);
});

test("stopping tells every client that the server is going away", async () => {
    const { url } = await serve();
    const ends = await Promise.all([opened(url("/ws")), opened(url("/ws/2"))]);
    const codes = ends.map(closed);
    expect(await running?.app.stop()).toBe(0);
    expect(await Promise.all(codes)).toEqual([
        { code: 1001, reason: "going away" },
        { code: 1001, reason: "going away" },
    ]);
});

test("a client that never answers the close frame is cut in time", async () => {
    const { url } = await serve({ SHUTDOWN_SECONDS: "0" });
    const socket = await opened(url("/ws"));
    socket.pause();
    expect(await running?.app.stop()).toBe(1);
    socket.terminate();
});

test("the paths that are websockets'", () => {
    expect(
        ["/ws", "/ws/", "/ws/a", "/wsx", "/", "/w"].filter((path) => isWebSocketPath(path, "/ws")),
    ).toEqual(["/ws", "/ws/", "/ws/a"]);
    expect(isWebSocketPath("/anything", "/")).toBe(true);
});
