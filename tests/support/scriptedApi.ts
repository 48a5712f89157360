import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request as it came in. */
export interface Received {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage["headers"];
    readonly body: string;
}

/** What the next request gets: an answer; `drop` ends the connection after the request is read, `cut` in the answer. */
export type Scripted =
    | {
          readonly status: number;
          readonly body?: unknown;
          readonly headers?: Readonly<Record<string, string>>;
      }
    | "drop"
    | "cut"
    /** No answer, ever. */
    | "hold";

/** An HTTP server on loopback that answers one request after the other as a test has written it down. */
export class ScriptedApi {
    readonly received: Received[] = [];
    private script: Scripted[] = [];
    private arrived: (() => void) | undefined;
    private readonly server = createServer((request, response) => {
        void this.answer(request, response);
    });

    async start(): Promise<void> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Starts over with these answers; whatever comes after them is a test's mistake, and gets a 418. */
    answers(...script: Scripted[]): void {
        this.script = script;
        this.received.length = 0;
    }

    /** Resolves when the next request has been read. */
    nextRequest(): Promise<void> {
        return new Promise((resolve) => (this.arrived = resolve));
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const { method = "", url = "", headers } = request;
        this.received.push({ method, url, headers, body: await text(request) });
        const next = this.script.shift() ?? { status: 418, body: { error: "not in the script" } };
        this.arrived?.();
        if (next === "drop") {
            request.socket.destroy();
        } else if (next === "cut") {
            response.writeHead(200, { "content-length": "100" }).write("{", () => request.socket.destroy());
        } else if (next !== "hold") {
            const body = typeof next.body === "string" ? next.body : JSON.stringify(next.body);
            response.writeHead(next.status, next.headers).end(body);
        }
    }
}
