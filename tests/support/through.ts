import { request } from "node:http";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";

/** An answer of an app. */
export interface Answer {
    readonly status: number;
    /** The parsed body where it is JSON, else the text. */
    readonly body: unknown;
}

const PATIENCE_SECONDS = 10;

/** Clients of one router: requests go to its port, with the host that routes them. */
export class Through {
    constructor(
        private readonly port: number,
        private readonly address = "127.0.0.1",
        /** What whoever hands the requests on adds to them. */
        private readonly added: Readonly<Record<string, string>> = {},
    ) {}

    /** `seconds` is for how long nothing may come: of a request that a server holds, longer than any test may last. */
    get(host: string, path = "/", seconds = PATIENCE_SECONDS): Promise<Answer> {
        return this.send("GET", host, path, undefined, seconds);
    }

    send(
        method: string,
        host: string,
        path: string,
        body?: unknown,
        seconds = PATIENCE_SECONDS,
    ): Promise<Answer> {
        return new Promise((resolve, reject) => {
            const outgoing = request(
                {
                    host: this.address,
                    port: this.port,
                    method,
                    path,
                    headers: {
                        host,
                        ...this.added,
                        ...(body !== undefined && { "content-type": "application/json" }),
                    },
                    agent: false,
                    timeout: seconds * 1000,
                },
                (response) => {
                    text(response).then(
                        (raw) => resolve({ status: response.statusCode ?? 0, body: parsed(raw) }),
                        reject,
                    );
                },
            );
            outgoing.on("timeout", () => outgoing.destroy(new Error(`${host}${path} did not answer`)));
            outgoing.on("error", reject);
            outgoing.end(body === undefined ? undefined : JSON.stringify(body));
        });
    }

    /** Sends a message over a websocket and waits for the echo. Rejects with the status when there is no websocket. */
    echo(host: string, path: string, message: string): Promise<string> {
        return new Promise((resolve, reject) => {
            const socket = new WebSocket(`ws://${this.address}:${this.port}${path}`, {
                headers: { host, ...this.added },
            });
            socket.on("open", () => socket.send(message));
            socket.on("message", (data: Buffer) => {
                resolve(data.toString());
                socket.close();
            });
            socket.on("unexpected-response", (_request, response) => {
                reject(new Error(`status ${response.statusCode ?? 0}`));
                socket.terminate();
            });
            socket.on("error", reject);
        });
    }
}

/** Asks again and again until a condition holds; fails with the last answer when it never does. */
export async function eventually<T>(
    ask: () => Promise<T>,
    holds: (value: T) => boolean,
    seconds = 60,
): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const value = await ask().catch((error: unknown) => error as T);
        if (!(value instanceof Error) && holds(value)) {
            return value;
        }
        if (Date.now() > end) {
            throw new Error(
                `still ${value instanceof Error ? value.message : JSON.stringify(value)} after ${seconds} s`,
            );
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

function parsed(raw: string): unknown {
    try {
        return JSON.parse(raw);
    } catch {
        return raw;
    }
}
