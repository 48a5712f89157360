import { IncomingMessage, request as send } from "node:http";
import type { Socket } from "node:net";
import type { Connected } from "./connect";
import type { RawHeaders } from "./headers";
import { ProxyError } from "./proxyError";
import type { Body } from "./replay";

/** A machine's answer; with the connection itself where that became a websocket. */
export interface Answer {
    readonly message: IncomingMessage;
    readonly upgraded?: { readonly socket: Socket; readonly head: Buffer };
}

/** Sends a request to a machine and gives the head of its answer; a failure from here on is the machine's or the client's. */
export function exchange(
    request: IncomingMessage,
    body: Body,
    { socket, slot }: Connected,
    headers: RawHeaders,
    signal: AbortSignal,
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const { method, url: path } = request;
        const outgoing = send({ method, path, headers, createConnection: () => socket, setHost: false });
        const stop = () => outgoing.destroy();
        signal.addEventListener("abort", stop);
        outgoing.once("close", () => signal.removeEventListener("abort", stop));
        outgoing.on("error", (error) => {
            reject(
                signal.aborted
                    ? error
                    : new ProxyError(502, "PU02", "the machine did not complete the request"),
            );
        });
        const settle = (answer: Answer) => {
            // First of all who hears of an error: later the client's connection is cut, too.
            answer.message.once("error", () => {
                if (!signal.aborted) {
                    slot.failed();
                }
            });
            resolve(answer);
        };
        outgoing.once("response", (message) => settle({ message }));
        outgoing.once("upgrade", (message, _, head) => settle({ message, upgraded: { socket, head } }));
        body.sendTo(outgoing);
    });
}
