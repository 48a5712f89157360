import { STATUS_CODES, Server } from "node:http";
import type { Duplex } from "node:stream";
import { RawData, WebSocket, WebSocketServer } from "ws";
import type { Config } from "./config";
import type { Log } from "./log";
import { pathOf } from "./path";

/** The websockets of a server. */
export interface WebSockets {
    /** Tells every client that the server is going away and takes no new one. Resolves when all are gone. */
    close(): Promise<void>;
    /** Cuts those that are still there; says how many. */
    terminate(): number;
}

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Below the 100 seconds after which a tunnel or a proxy in front commonly cuts a silent connection. */
const PING_INTERVAL_MS = 30_000;
const GOING_AWAY = 1001;

/** Takes websockets on the configured path and below it, and echoes what they say. */
export function acceptWebSockets(server: Server, config: Pick<Config, "wsPath">, log: Log): WebSockets {
    const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
    const alive = new WeakSet<WebSocket>();
    let closing = false;

    server.on("upgrade", (request, socket, head) => {
        socket.on("error", () => socket.destroy());
        const path = pathOf(request);
        if (!isWebSocketPath(path, config.wsPath)) {
            refuse(socket, 404, "no websocket here");
        } else if (closing) {
            refuse(socket, 503, "going away");
        } else {
            sockets.handleUpgrade(request, socket, head, (webSocket) => {
                log.debug("websocket opened", { path });
                alive.add(webSocket);
                webSocket.on("pong", () => alive.add(webSocket));
                webSocket.on("error", (error) => {
                    log.debug("websocket failed", { path, reason: error.message });
                });
                echo(webSocket);
            });
        }
    });

    const heartbeat = setInterval(() => {
        for (const webSocket of sockets.clients) {
            if (!alive.delete(webSocket)) {
                webSocket.terminate();
            } else {
                webSocket.ping();
            }
        }
    }, PING_INTERVAL_MS);
    heartbeat.unref();

    return {
        async close() {
            closing = true;
            clearInterval(heartbeat);
            await Promise.all(Array.from(sockets.clients, goingAway));
        },
        terminate() {
            const left = Array.from(sockets.clients);
            for (const webSocket of left) {
                webSocket.terminate();
            }
            return left.length;
        },
    };
}

/** Whether a path is the websockets' own or below it: `/ws` and `/ws/room`, never `/wsx`. */
export function isWebSocketPath(path: string, wsPath: string): boolean {
    return path === wsPath || path.startsWith(wsPath.endsWith("/") ? wsPath : `${wsPath}/`);
}

function echo(webSocket: WebSocket): void {
    webSocket.on("message", (data: RawData, isBinary: boolean) => {
        // One message at a time, so that a client that sends and never reads fills its own memory, not ours.
        webSocket.pause();
        webSocket.send(Array.isArray(data) ? Buffer.concat(data) : data, { binary: isBinary }, () => {
            webSocket.resume();
        });
    });
}

function goingAway(webSocket: WebSocket): Promise<void> {
    return new Promise((resolve) => {
        webSocket.once("close", () => {
            resolve();
        });
        webSocket.close(GOING_AWAY, "going away");
        // The answer to the close frame must be read, whatever was paused.
        webSocket.resume();
    });
}

function refuse(socket: Duplex, status: number, error: string): void {
    // A client that never closes its half would hold up the end.
    socket.once("finish", () => socket.destroy());
    const body = `${JSON.stringify({ error })}\n`;
    socket.end(
        [
            `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
            "Connection: close",
            "Content-Type: application/json; charset=utf-8",
            `Content-Length: ${Buffer.byteLength(body)}`,
            "",
            body,
        ].join("\r\n"),
    );
}
