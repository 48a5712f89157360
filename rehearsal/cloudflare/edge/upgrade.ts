import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { answerOn, cancel } from "./exchange";
import { Headers, requestHeaders, responseHeaders } from "./headers";
import type { Line } from "./line";
import { Visitor, writeHead } from "./visitor";

/** The connection of a visitor that asks for a websocket. */
export interface Caller {
    readonly response: ServerResponse;
    readonly socket: Socket;
    /** What has come behind its request. */
    readonly head: Buffer;
}

const UPGRADED = { connection: ["Upgrade"], upgrade: ["websocket"] };

/** Opens a websocket over a connector's line and joins both sides until one goes; else hands on what the origin says. */
export async function forwardUpgrade(line: Line, visitor: Visitor, caller: Caller): Promise<void> {
    const { request, sent, visit } = visitor;
    const { response, socket, head } = caller;
    const stream = line.websocket({ ...requestHeaders(sent, visit), ":method": "GET", ":path": request.url });
    socket.once("close", () => cancel(stream));
    const answer = await answerOn(stream);
    const headers = responseHeaders(answer.headers, visit);
    // Over HTTP/2 there is no status 101: cloudflared says 200, and the origin's headers tell.
    if (answer.headers.upgrade === undefined) {
        stream.end();
        writeHead(response, answer.status, headers);
        await pipeline(stream, response);
        return;
    }
    response.detachSocket(socket);
    socket.write(headOf({ ...headers, ...UPGRADED }));
    stream.write(head);
    // Whoever of the two goes takes the other along.
    stream.once("close", () => socket.destroySoon());
    socket.pipe(stream).pipe(socket);
    await new Promise((resolve) => socket.once("close", resolve));
}

function headOf(headers: Headers): string {
    const lines = Object.entries(headers).flatMap(([name, values]) =>
        values.map((value) => `${name}: ${value}`),
    );
    return ["HTTP/1.1 101 Switching Protocols", ...lines, "", ""].join("\r\n");
}
