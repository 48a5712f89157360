import { messageOf } from "../../../providers/server/failure";

/** What the API refused. */
class CloudflareError extends Error {
    override readonly name = "CloudflareError";

    constructor(
        request: string,
        readonly status: number,
        errors: readonly { readonly code: number; readonly message: string }[],
    ) {
        const told = errors.map(({ code, message }) => `${message} (${code})`).join("; ");
        super(`${request}: ${status} ${told}`);
    }
}

export interface ClientOptions {
    /** Secret. */
    readonly apiToken: string;
    /** Base of all paths: `https://api.cloudflare.com/client/v4`. */
    readonly baseUrl: string;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An object as the API tells it. */
export type Wire = Readonly<Record<string, unknown>>;

/** A client of Cloudflare's API. */
export class CloudflareClient {
    constructor(private readonly options: ClientOptions) {}

    /** Sends one request. Resolves to the envelope's `result`; throws what was refused. */
    async send(method: Method, path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
        const response = await this.reach(`${this.options.baseUrl}${path}`, {
            method,
            signal,
            headers: {
                authorization: `Bearer ${this.options.apiToken}`,
                ...(body !== undefined && { "content-type": "application/json" }),
            },
            ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const envelope = (await response.json()) as Envelope;
        if (!envelope.success) {
            throw new CloudflareError(`${method} ${path}`, response.status, envelope.errors);
        }
        return envelope.result;
    }

    /** What `fetch` says of a failure is in the error's cause alone. */
    private async reach(url: string, request: RequestInit): Promise<Response> {
        try {
            return await fetch(url, request);
        } catch (error) {
            request.signal?.throwIfAborted();
            const cause = (error as Error).cause ?? error;
            throw new Error(`Cloudflare's API at ${url} can't be reached: ${messageOf(cause)}`, {
                cause: error,
            });
        }
    }

    /** As `send`, for what may be gone: undefined where the API has none such. */
    async sendIfThere(method: Method, path: string, signal: AbortSignal): Promise<unknown> {
        try {
            return await this.send(method, path, signal);
        } catch (error) {
            if (error instanceof CloudflareError && error.status === 404) {
                return undefined;
            }
            throw error;
        }
    }
}

interface Envelope {
    readonly success: boolean;
    readonly errors: readonly { readonly code: number; readonly message: string }[];
    readonly result: unknown;
}
