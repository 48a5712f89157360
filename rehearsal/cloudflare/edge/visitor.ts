import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { EdgeError } from "./edgeError";
import { edgeHeaders, grouped, Headers, hostOf, Visit } from "./headers";

/** A request as Node's servers hand it over, over HTTP/1 or HTTP/2. */
export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/** A visitor's request on its way through the edge. */
export interface Visitor {
    readonly request: Request;
    readonly response: Response;
    readonly host: string;
    readonly sent: Headers;
    readonly visit: Visit;
}

/** Where Cloudflare's places are named after airports. */
const LOCATION = "SIM";

export function visitorOf(request: Request, response: Response, secure: boolean): Visitor {
    const sent = grouped(request.rawHeaders);
    const address = request.socket.remoteAddress ?? "";
    const visit = { ray: `${randomBytes(8).toString("hex")}-${LOCATION}`, address, secure };
    // What a visitor breaks off is noted where it matters.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    return { request, response, host: hostOf(sent), sent, visit };
}

/** Whether something follows the head of a request. */
export function hasBody({ request, sent }: Visitor): boolean {
    return "stream" in request
        ? !request.stream.endAfterHeaders
        : sent["transfer-encoding"] !== undefined || Number(sent["content-length"]?.[0] ?? 0) > 0;
}

export function writeHead(response: Response, status: number, headers: Headers): void {
    for (const [name, values] of Object.entries(headers)) {
        const [first = "", ...more] = values;
        response.setHeader(name, more.length === 0 ? first : [...values]);
    }
    response.statusCode = status;
}

/** Answers in the origin's place, as far as there is still somebody to answer to. A program gets this form; people a page. */
export function refuse({ request, response, visit }: Visitor, error: unknown): void {
    if (response.headersSent || response.writableEnded) {
        response.destroy();
        return;
    }
    const { status, code, message } =
        error instanceof EdgeError ? error : new EdgeError(500, 500, String(error));
    request.unpipe();
    request.resume();
    writeHead(response, status, { ...edgeHeaders(visit.ray), "content-type": ["text/plain; charset=UTF-8"] });
    response.end(`error code: ${code}\n${message}\n`);
}
