import { IncomingMessage, ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "./config";
import { watchConnections } from "./drain";
import { HttpError, json, send } from "./http";
import { Log, reason } from "./log";
import { pathOf } from "./path";
import { Handler, Services, createHandler } from "./routes";
import { within } from "./timeout";
import { acceptWebSockets } from "./websocket";

/** The app: an HTTP server with websockets, and a way to end both with nothing lost. */
export interface App {
    /** Listens, and says on which port. */
    listen(): Promise<number>;
    /**
     * Takes nothing new and lets what is in flight finish, for `shutdownSeconds` at the most. Resolves with the number
     * of requests and websockets that had to be cut then.
     */
    stop(): Promise<number>;
}

/**
 * A proxy in front keeps idle connections open (Traefik: for 90 seconds). When the server is the one to close them, a
 * request that is just on its way is lost: so it waits for longer than the proxy.
 */
const KEEP_ALIVE_MS = 95_000;

export function createApp(config: Config, services: Services, log: Log): App {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: KEEP_ALIVE_MS + 5000 });
    const drain = watchConnections(server);
    const webSockets = acceptWebSockets(server, config, log);
    const handler = createHandler(config, services, log);
    server.on("request", (request, response) => {
        void answer(handler, request, response, log);
    });

    return {
        listen: () =>
            new Promise((resolve, reject) => {
                server.once("error", reject);
                server.listen(config.port, config.host, () => {
                    server.off("error", reject);
                    resolve((server.address() as AddressInfo).port);
                });
            }),
        async stop() {
            const ended = Promise.all([drain.close(), webSockets.close()]);
            try {
                await within(config.shutdownSeconds * 1000, ended);
                return 0;
            } catch {
                return drain.terminate() + webSockets.terminate();
            }
        },
    };
}

/** Answers one request. Never rejects. */
async function answer(
    handler: Handler,
    request: IncomingMessage,
    response: ServerResponse,
    log: Log,
): Promise<void> {
    const started = performance.now();
    const gone = new AbortController();
    response.once("close", () => {
        gone.abort();
        log.debug("request", {
            method: request.method,
            path: pathOf(request),
            status: response.writableFinished ? response.statusCode : "aborted",
            ms: Math.round(performance.now() - started),
        });
    });
    try {
        send(response, await handler(request, gone.signal));
    } catch (error) {
        if (error instanceof HttpError) {
            send(response, json(error.status, { error: error.message }, error.headers));
            return;
        }
        log.error("request failed", { method: request.method, path: pathOf(request), reason: reason(error) });
        send(response, json(500, { error: "internal error" }));
    } finally {
        // A body that nobody asked for would keep the connection busy.
        request.resume();
    }
}
