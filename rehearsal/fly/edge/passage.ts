import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connected } from "./connect";
import type { Answer } from "./exchange";
import type { RawHeaders } from "./headers";
import { ProxyError } from "./proxyError";

/** One request on its way through the proxy. */
export interface Passage {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly requestId: string;
    /** Aborted when the client has gone. */
    readonly signal: AbortSignal;
    /** Headers that speak of the connection to the machine. */
    readonly connection: RawHeaders;
    /** Hands an answer on to the client, and comes back when all of it has passed. */
    deliver(answer: Answer, connected: Connected): Promise<void>;
}

/** A request that has just come in. */
export function passageOf(
    request: IncomingMessage,
    response: ServerResponse,
    connection: string[],
    deliver: Passage["deliver"],
): Passage {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    // What a client breaks off is noted where it matters.
    request.on("error", () => undefined);
    return { request, response, requestId: randomUUID(), signal: gone.signal, connection, deliver };
}

/** Answers in the place of a machine, as far as there is still somebody to answer to. */
export function refuse({ request, response, requestId, signal }: Passage, error: unknown): void {
    if (signal.aborted) {
        return;
    }
    if (response.headersSent) {
        response.destroy();
        return;
    }
    const { status, code, message } =
        error instanceof ProxyError ? error : new ProxyError(500, "PP01", String(error));
    request.unpipe().resume();
    response
        .writeHead(status, { "content-type": "text/plain", "fly-request-id": requestId })
        .end(`${code}: ${message}\n`);
}
