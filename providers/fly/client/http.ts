import { performance } from "node:perf_hooks";
import { FlyError } from "./errors";
import { Pacer, Rate, RATES } from "./limits";
import { pause } from "./pause";

/** How the API is reached. */
export interface Access {
    /** Token that every request carries. It stands in no error and no log. */
    readonly token: string;
    /** `https://api.machines.dev`, without a path. */
    readonly baseUrl: string;
}

/** One request. */
export interface Request {
    /** What it does, for errors: `create a machine of "audifi-api"`. */
    readonly doing: string;
    /** The API's limit counts by action and by machine or app: `machine_create audifi-api`. */
    readonly limit: string;
    /** @default the usual limit */
    readonly rate?: Rate;
    readonly method: "GET" | "POST" | "PUT" | "DELETE";
    /** Path below `/v1`. */
    readonly path: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    /** Whether a second try does no harm where the first may have worked. @default that of the method: all but POST */
    readonly repeatable?: boolean;
    /** How long one try may take, in seconds. @default 60 */
    readonly timeoutSeconds?: number;
    readonly signal: AbortSignal;
}

/** 0.25, 0.5, 1, 2, 4 seconds, each with jitter: an API that is gone for longer is an outage. */
const TRIES = 6;
const FIRST_PAUSE_MS = 250;
const DEFAULT_TIMEOUT_SECONDS = 60;

/** The API over HTTP: paced below its limits, tried again where that is safe, with errors that say what to do. */
export class Http {
    private readonly pacer = new Pacer();

    constructor(
        private readonly access: Access,
        private readonly wait: (ms: number, signal: AbortSignal) => Promise<void> = pause,
    ) {
        // No header may hold it: the HTTP client would say so in an error with the whole token in it.
        if (!/^[\x20-\x7e]+$/.test(access.token)) {
            throw new Error(
                "the token for Fly is none: it has a line break, or another character that no token has. Copy it anew from `fly tokens create org`.",
            );
        }
    }

    /** Sends a request; the answer's body, undefined where it has none. Once the signal aborts, its reason is thrown. */
    async send<Answer>(request: Request): Promise<Answer> {
        for (let attempt = 1; ; attempt += 1) {
            try {
                return await this.tryOnce<Answer>(request);
            } catch (error) {
                request.signal.throwIfAborted();
                if (attempt === TRIES || !(error instanceof FlyError) || !mayRepeat(request, error)) {
                    throw error;
                }
                const asked = error instanceof Busy ? error.retryAfterMs : 0;
                await this.wait(asked + pauseMs(attempt), request.signal);
            }
        }
    }

    private async tryOnce<Answer>(request: Request): Promise<Answer> {
        const { limit, rate = RATES.usual, signal } = request;
        const waitMs = this.pacer.reserve(limit, rate, performance.now());
        if (waitMs > 0) {
            await this.wait(waitMs, signal);
        }
        const response = await this.fetch(request);
        const text = await response.text().catch((error: unknown) => {
            throw lost(request, error);
        });
        if (!response.ok) {
            throw refusal(request, response, text);
        }
        const answer = text === "" ? undefined : parse(text);
        if (text !== "" && answer === undefined) {
            throw new FlyError(
                request.doing,
                response.status,
                "the answer is no JSON",
                requestIdOf(response),
            );
        }
        return answer as Answer;
    }

    private async fetch(request: Request): Promise<Response> {
        const { method, path, body, headers, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, signal } = request;
        try {
            return await fetch(`${this.access.baseUrl}/v1${path}`, {
                method,
                headers: {
                    ...headers,
                    authorization: authorizationOf(this.access.token),
                    ...(body !== undefined && { "content-type": "application/json" }),
                },
                body: body === undefined ? undefined : JSON.stringify(body),
                signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
            });
        } catch (error) {
            signal.throwIfAborted();
            throw lost(request, error);
        }
    }
}

function pauseMs(attempt: number): number {
    return Math.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1);
}

/** The API's own limit, which others may have used up: it acted on nothing. */
class Busy extends FlyError {
    constructor(
        request: Request,
        reason: string,
        requestId: string | undefined,
        readonly retryAfterMs: number,
    ) {
        super(request.doing, 429, reason, requestId);
    }
}

/** Fly's newer tokens, which show by their form what they are, have a scheme of their own. Source: Fly's Go client. */
function authorizationOf(token: string): string {
    return /^fm\d\w?_/.test(token) ? `FlyV1 ${token}` : `Bearer ${token}`;
}

function mayRepeat({ method, repeatable = method !== "POST" }: Request, error: FlyError): boolean {
    return error.status === 429 || (error.ambiguous && error.status !== 408 && repeatable);
}

/** No answer came: whether the API acted nobody knows. `fetch` itself says only that it failed; its cause says why. */
function lost(request: Request, error: unknown): FlyError {
    const { cause = {}, message } = error as {
        cause?: { message?: string; code?: string };
        message?: string;
    };
    const reason = textOf(cause.message) ?? textOf(cause.code) ?? textOf(message) ?? String(error);
    return new FlyError(request.doing, undefined, reason, undefined, undefined, { cause: error });
}

function refusal(request: Request, response: Response, text: string): FlyError {
    const parsed = parse(text);
    const fields = typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
    const reason = textOf(fields.message) ?? textOf(fields.error) ?? (text.trim() || response.statusText);
    const requestId = requestIdOf(response);
    if (response.status === 429) {
        const seconds = Number(response.headers.get("retry-after") ?? "0");
        return new Busy(request, reason, requestId, Number.isFinite(seconds) ? seconds * 1000 : 0);
    }
    return new FlyError(request.doing, response.status, reason, requestId, textOf(fields.status));
}

function requestIdOf(response: Response): string | undefined {
    return response.headers.get("fly-request-id") ?? undefined;
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
