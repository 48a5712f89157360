import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";

/** Names and values in turn, as Node has them: repeated headers stay repeated. */
export type RawHeaders = string[];

/** Headers that speak of one connection, not of the request. */
const HOP_BY_HOP = new Set([
    ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
    ...["te", "trailer", "transfer-encoding", "upgrade"],
]);

/** Request headers that the proxy sets itself, whatever a client claims. */
const OWN = new Set([
    ...["fly-client-ip", "fly-forwarded-port", "fly-region", "fly-request-id", "fly-replay-src"],
    ...["fly-preferred-instance-unavailable", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-ssl"],
    // The server has answered it already.
    "expect",
]);

/** What the proxy knows of a request beside what the client sent. */
export interface Origin {
    readonly requestId: string;
    /** Region of the edge. */
    readonly region: string;
    /** For this attempt only. */
    readonly extra: RawHeaders;
}

/** Headers for the machine: the client's without those of its connection, and the proxy's own. */
export function requestHeaders(request: IncomingMessage, { requestId, region, extra }: Origin): RawHeaders {
    const { remoteAddress = "", localAddress = "", localPort = 0 } = request.socket;
    const secure = isSecure(request);
    const before = request.headersDistinct["x-forwarded-for"] ?? [];
    const chunked = request.headers["transfer-encoding"] !== undefined;
    return [
        ...withoutHops(request, OWN),
        ...(chunked ? ["transfer-encoding", "chunked"] : []),
        ...["fly-client-ip", remoteAddress],
        ...["x-forwarded-for", [...before, remoteAddress, localAddress].join(", ")],
        ...["x-forwarded-proto", secure ? "https" : "http"],
        ...["x-forwarded-ssl", secure ? "on" : "off"],
        ...["fly-forwarded-port", String(localPort)],
        // The client may say where it set out to connect to.
        ...(request.headers["x-forwarded-port"] === undefined ? ["x-forwarded-port", String(localPort)] : []),
        ...["fly-region", region],
        ...["fly-request-id", requestId],
        ...["via", `${request.httpVersion} fly.io`],
        ...extra,
    ];
}

/** Headers for the client. */
export function responseHeaders(answer: IncomingMessage, requestId: string): RawHeaders {
    return [
        ...withoutHops(answer, new Set(["fly-request-id"])),
        ...["via", `${answer.httpVersion} fly.io`],
        ...["fly-request-id", requestId],
    ];
}

/** Whether a request came over TLS. */
export function isSecure({ socket }: IncomingMessage): boolean {
    return socket instanceof TLSSocket;
}

function withoutHops(message: IncomingMessage, dropped: ReadonlySet<string>): RawHeaders {
    const named = (message.headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
    const kept: RawHeaders = [];
    for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
        const [name = "", value = ""] = message.rawHeaders.slice(at, at + 2);
        const key = name.toLowerCase();
        if (!HOP_BY_HOP.has(key) && !dropped.has(key) && !named.includes(key)) {
            kept.push(name, value);
        }
    }
    return kept;
}
