import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import { closeServer } from "../../rehearsal/loopback";

const CHUNK = Buffer.alloc(64 * 1024, "x");

/** What stands behind a tunnel: says what it was asked, sends as much as it is told to, and takes websockets. */
export class TunnelOrigin {
    /** Requests that have come and have no answer yet. */
    open = 0;
    private readonly sockets: WebSocketServer;

    private constructor(
        private readonly server: Server,
        /** URL that a tunnel's rules lead to. */
        readonly url: string,
    ) {
        this.sockets = new WebSocketServer({ server });
        this.sockets.on("connection", (socket) => {
            socket.on("message", (data: Buffer) => socket.send(data.toString().toUpperCase()));
        });
        server.on("request", (request, response) => {
            this.open += 1;
            response.once("close", () => (this.open -= 1));
            void answer(request, response);
        });
    }

    static async start(address: string): Promise<TunnelOrigin> {
        const server = createServer();
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject).listen(0, address, resolve);
        });
        return new TunnelOrigin(server, `http://${address}:${(server.address() as AddressInfo).port}`);
    }

    async stop(): Promise<void> {
        this.sockets.clients.forEach((socket) => socket.terminate());
        this.sockets.close();
        await closeServer(this.server);
    }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://origin");
    if (pathname === "/stream") {
        const chunks = Number(searchParams.get("bytes")) / CHUNK.length;
        Readable.from(Array<Buffer>(chunks).fill(CHUNK)).pipe(response);
        return;
    }
    const body = await text(request);
    const told = JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body });
    setTimeout(() => response.end(told), Number(searchParams.get("ms") ?? 0));
}
