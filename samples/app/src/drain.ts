import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Ends a server without losing what is in flight. */
export interface Drain {
    /** Takes no new connection, and closes each one after the answer that is under way. Resolves when none is left. */
    close(): Promise<void>;
    /** Cuts the connections that are still there; says how many requests that ended. */
    terminate(): number;
}

/** How long a connection that has sent nothing yet may still begin a request: it may be on its way. */
const FIRST_REQUEST_MS = 500;

/** Watches a server's connections. To be called before the server gets its other listeners. */
export function watchConnections(server: Server): Drain {
    const answering = new Set<ServerResponse>();
    // `server.close` ends idle connections, but not those that were opened and have not been used yet.
    const unused = new Set<Socket>();
    let closing = false;

    server.on("connection", (socket: Socket) => {
        unused.add(socket);
        socket.once("close", () => unused.delete(socket));
    });
    server.on("upgrade", (request) => unused.delete(request.socket));
    server.on("request", (request, response) => {
        unused.delete(request.socket);
        answering.add(response);
        response.once("close", () => {
            answering.delete(response);
            if (closing) {
                // Those whose answer had begun before could not be told that the connection closes.
                server.closeIdleConnections();
            }
        });
        if (closing) {
            response.setHeader("connection", "close");
        }
    });

    return {
        async close() {
            closing = true;
            for (const response of answering) {
                if (!response.headersSent) {
                    response.setHeader("connection", "close");
                }
            }
            const closed = new Promise<void>((resolve) => {
                server.close(() => {
                    resolve();
                });
            });
            const timer = setTimeout(() => {
                for (const socket of unused) {
                    socket.destroy();
                }
            }, FIRST_REQUEST_MS);
            await closed;
            clearTimeout(timer);
        },
        terminate() {
            const cut = answering.size;
            server.closeAllConnections();
            return cut;
        },
    };
}
