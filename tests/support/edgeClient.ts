import { Agent, ClientRequest, IncomingMessage, request, RequestOptions } from "node:http";
import { request as tlsRequest } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";

/** A whole answer of an edge. */
export interface EdgeAnswer {
    readonly status: number;
    readonly headers: IncomingMessage["headers"];
    readonly body: string;
}

/** A request of a client of the edge. */
export interface EdgeRequest {
    readonly host?: string;
    /** Where the edge listens. @default 127.0.0.1 */
    readonly address?: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    /** Asks over TLS, trusting this certificate alone. */
    readonly trusted?: string;
    /** Keeps connections for the next request. @default each has one of its own */
    readonly agent?: Agent;
}

export const HOST = "shop.fly.dev";

/** Begins a request to a port of the loopback address; the caller ends it. */
export function open(port: number, path: string, asked: EdgeRequest = {}): ClientRequest {
    const {
        host = HOST,
        address = "127.0.0.1",
        method = "GET",
        headers = {},
        trusted,
        agent = false,
    } = asked;
    const options: RequestOptions = { host: address, port, path, method, agent };
    const all = { ...options, headers: { host, ...headers } };
    return trusted === undefined
        ? request(all)
        : tlsRequest({ ...all, ca: trusted, servername: host.split(":")[0] });
}

/** The head of the answer to an open request. */
export function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
        outgoing.once("response", resolve).once("error", reject);
    });
}

/** Asks, and waits for the whole answer; rejects when it is cut. */
export async function ask(port: number, path: string, asked: EdgeRequest = {}): Promise<EdgeAnswer> {
    const outgoing = open(port, path, asked);
    outgoing.end(asked.body);
    const answer = await answerOf(outgoing);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

/** An open websocket. */
export async function openSocket(port: number, path: string): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { host: HOST } });
    await new Promise((resolve, reject) => {
        socket.once("open", resolve).once("error", reject);
        socket.once("unexpected-response", (_, { statusCode }) =>
            reject(new Error(`status ${statusCode ?? 0}`)),
        );
    });
    return socket;
}

/** Sends a message over a websocket, and waits for the next one. */
export function say(socket: WebSocket, message: string): Promise<string> {
    return new Promise((resolve, reject) => {
        socket.once("message", (data: Buffer) => resolve(data.toString()));
        socket.once("close", () => reject(new Error("the websocket was closed")));
        socket.send(message);
    });
}

/** Asks for a websocket and says a short thing at once, without waiting for the answer; gives the first reply. */
export async function sayEarly(port: number, path: string, message: string): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    const head = [
        ...[`GET ${path} HTTP/1.1`, `Host: ${HOST}`, "Connection: Upgrade", "Upgrade: websocket"],
        ...["Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}`, "", ""],
    ];
    // A whole text in one frame, with a mask of zeros.
    const frame = Buffer.concat([
        Buffer.from([0x81, 0x80 + message.length, 0, 0, 0, 0]),
        Buffer.from(message),
    ]);
    socket.write(Buffer.concat([Buffer.from(head.join("\r\n")), frame]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
        received = Buffer.concat([received, chunk]);
        const end = received.indexOf("\r\n\r\n") + 4;
        if (end > 3 && received.length > end + 2) {
            // The reply's frame has two bytes before its text.
            return received.subarray(end + 2).toString();
        }
    }
    throw new Error("the websocket was closed");
}
