import type { IncomingMessage, ServerResponse } from "node:http";

/** What a handler answers. */
export interface Answer {
    readonly status: number;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
}

/** An answer that ends a request from anywhere in its handling. */
export class HttpError extends Error {
    constructor(
        readonly status: number,
        message: string,
        readonly headers: Readonly<Record<string, string>> = {},
    ) {
        super(message);
        this.name = "HttpError";
    }
}

/** The largest request body that is taken, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
    return {
        status,
        body: `${JSON.stringify(body)}\n`,
        headers: { "content-type": "application/json; charset=utf-8", ...headers },
    };
}

export function html(status: number, body: string): Answer {
    return { status, body, headers: { "content-type": "text/html; charset=utf-8", vary: "accept" } };
}

/** Sends an answer, unless the client is gone or an answer is under way already. */
export function send(response: ServerResponse, answer: Answer): void {
    if (response.headersSent || response.destroyed) {
        return;
    }
    response.writeHead(answer.status, {
        ...answer.headers,
        "content-length": Buffer.byteLength(answer.body),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    });
    response.end(answer.body);
}

/** The text in `value` of a JSON body `{"value": …}`. */
export async function readValue(request: IncomingMessage): Promise<string> {
    const body = await readBody(request);
    let parsed: unknown;
    try {
        parsed = JSON.parse(body);
    } catch {
        throw new HttpError(400, "the body is not JSON");
    }
    const value =
        typeof parsed === "object" && parsed !== null && "value" in parsed ? parsed.value : undefined;
    // PostgreSQL has no place for a NUL in a text.
    if (typeof value !== "string" || value.includes("\0")) {
        throw new HttpError(400, 'the body must be {"value": "text"}');
    }
    return value;
}

function readBody(request: IncomingMessage): Promise<string> {
    return new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        let size = 0;
        request.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > MAX_BODY_BYTES) {
                // The rest is read and thrown away: a client that still sends would not see the answer otherwise.
                chunks.length = 0;
                reject(new HttpError(413, `the body is larger than ${MAX_BODY_BYTES} bytes`));
                return;
            }
            chunks.push(chunk);
        });
        request.on("end", () => {
            resolve(Buffer.concat(chunks).toString("utf8"));
        });
        request.on("error", reject);
        request.on("close", () => {
            reject(new HttpError(400, "the client went away"));
        });
    });
}
