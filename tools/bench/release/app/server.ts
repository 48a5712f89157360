import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { AppEvent, BOOT_MS, GOING_AWAY, PORT, SLOW_MS, VERSION_HEADER } from "./contract";

const VERSION = process.env.VERSION ?? "0";

/**
 * The app that every arm releases: it takes a moment to start, as real ones do, and ends at once on SIGTERM, as many do. Its
 * websockets get their close frame; requests in flight get nothing.
 */
const server = createServer({
    // A proxy in front keeps idle connections. The app is never the one to close them: what is lost is lost by a release.
    keepAliveTimeout: 300_000,
});
const sockets = new WebSocketServer({ server, path: "/ws" });
let healthy = false;

server.on("request", (request, response) => {
    void answer(request, response);
});
sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on("error", () => socket.terminate());
});
process.on("SIGTERM", () => {
    note("sigterm");
    for (const socket of sockets.clients) {
        socket.close(GOING_AWAY);
    }
    process.exit(0);
});

note("start");
setTimeout(() => server.listen(Number(process.env.PORT ?? PORT)), BOOT_MS);

/** Answers with what the client can hold against its question. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://app");
    const question = searchParams.get("n") ?? "";
    response.setHeader(VERSION_HEADER, VERSION);
    if (pathname === "/health") {
        if (!healthy) {
            healthy = true;
            note("healthy");
        }
        response.end("ok");
    } else if (request.method === "POST") {
        const body = await buffer(request).catch(() => undefined);
        response.end(`${question} took ${body?.length ?? "part"}`);
    } else if (pathname === "/slow") {
        await delay(SLOW_MS);
        response.end(`${question} waited`);
    } else {
        response.end(`${question} seen`);
    }
}

/** A line of the container's log, with the time of the clock that the whole machine shares. */
function note(event: AppEvent["event"]): void {
    const line: AppEvent = { event, version: VERSION, at: Date.now() };
    process.stdout.write(`${JSON.stringify(line)}\n`);
}
