import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { ApiError, failure } from "./apiError";
import { Fault, Faults } from "./faults";
import { ulid } from "./ids";
import { LIMITS, RateLimits } from "./rateLimits";
import { match, Match, Route } from "./routes";
import { Answer, Call, Simulation } from "./simulation";
import { Organization } from "./state";

/** A request that came: nothing of its body, and no token. */
export interface SimulatedRequest {
    readonly method: string;
    /** Path with its query. */
    readonly path: string;
    /** Name of what was asked for, `unknown` for what the API doesn't have. */
    readonly action: string;
    /** What its rate limit counts by. */
    readonly identifier: string;
    /** 0 while it is not answered, and when the connection was cut. */
    status: number;
    /** Milliseconds since the simulation's start. */
    readonly atMs: number;
}

export interface ApiOptions {
    readonly sim: Simulation;
    readonly routes: readonly Route[];
    readonly rateLimits: boolean;
    /** The clock by which they refill, in milliseconds. */
    readonly now: () => number;
}

/** The API's HTTP: who asks, whether they may, how often they may, and what is to go wrong. */
export class ApiServer {
    readonly requests: SimulatedRequest[] = [];
    readonly faults = new Faults();
    private readonly limits = new RateLimits();
    private readonly server: Server;
    private readonly startMs = Date.now();

    constructor(private readonly options: ApiOptions) {
        this.server = createServer((request, response) => {
            this.answer(request, response).catch((error: unknown) => {
                response.destroy(error instanceof Error ? error : undefined);
            });
        });
    }

    async listen(): Promise<string> {
        await new Promise<void>((resolve, reject) => {
            this.server.once("error", reject).listen(0, "127.0.0.1", resolve);
        });
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async close(): Promise<void> {
        const closed = new Promise((resolve) => this.server.close(resolve));
        this.server.closeAllConnections();
        await closed;
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", "http://simulated");
        const found = match(this.options.routes, request.method ?? "", url.pathname);
        const entry = this.note(request, url, found);
        const { status, body, headers } = await this.outcome(request, response, url, found, entry).catch(
            (error: unknown) => answerOf(error),
        );
        if (status === CUT || request.socket.destroyed) {
            request.socket.destroy();
            return;
        }
        entry.status = status;
        response.writeHead(status, {
            "content-type": "application/json",
            "fly-request-id": `${ulid()}-sim`,
            ...headers,
        });
        response.end(body === undefined ? undefined : JSON.stringify(body));
    }

    private async outcome(
        request: IncomingMessage,
        response: ServerResponse,
        url: URL,
        found: Match | undefined,
        entry: { identifier: string },
    ): Promise<Reply> {
        const { sim } = this.options;
        const organizations = organizationsOf(sim, request.headers.authorization);
        const body = await bodyOf(request);
        if (organizations.length === 0) {
            throw new ApiError(401, "Authenticate: token validation error");
        }
        if (found === undefined) {
            throw new ApiError(404, `the simulated API has no ${request.method ?? ""} ${url.pathname}`);
        }
        const call = callOf({ sim, request, response, url, found, organizations, body });
        entry.identifier = identifierOf(found.route, call);
        const fault = this.faults.take(found.route.action, found.params.app);
        await misbehave(fault);
        this.limit(found.route, entry.identifier);
        try {
            return await found.route.handle(call);
        } finally {
            if (fault?.kind === "drop-after") {
                // Whatever came of it, nobody hears of it.
                request.socket.destroy();
            }
        }
    }

    private limit(route: Route, identifier: string): void {
        const { action, limit = LIMITS.action } = route;
        const { rateLimits, now } = this.options;
        const waitMs = rateLimits ? this.limits.take(`${action} ${identifier}`, limit, now()) : 0;
        if (waitMs > 0) {
            throw new Limited(waitMs);
        }
    }

    private note(request: IncomingMessage, url: URL, found: Match | undefined) {
        const entry = {
            method: request.method ?? "",
            path: url.pathname + url.search,
            action: found?.route.action ?? "unknown",
            identifier: "",
            status: 0,
            atMs: Date.now() - this.startMs,
        };
        this.requests.push(entry);
        return entry;
    }
}

/** In the place of a status: there is no answer. */
const CUT = 0;

type Reply = Answer & { readonly headers?: Readonly<Record<string, string>> };

class Limited extends ApiError {
    constructor(readonly waitMs: number) {
        super(429, "rate limit exceeded");
    }
}

class Cut extends Error {}

/** What is to go wrong before anything is done. */
async function misbehave(fault: Fault | undefined): Promise<void> {
    switch (fault?.kind) {
        case undefined:
        case "drop-after":
            return;
        case "slow":
            await sleep(fault.ms ?? 1000);
            return;
        case "drop-before":
            throw new Cut();
        case "429":
            throw new Limited(1000);
        case "500":
            throw new ApiError(500, "internal: server error");
        case "503":
            throw new ApiError(503, "unavailable: service unavailable");
    }
}

function answerOf(error: unknown): Reply {
    if (error instanceof Cut) {
        return { status: CUT };
    }
    if (error instanceof ApiError) {
        const headers: Record<string, string> =
            error instanceof Limited ? { "retry-after": String(Math.ceil(error.waitMs / 1000)) } : {};
        return { status: error.status, body: error.body, headers };
    }
    // A fault of the simulation itself has to be seen.
    return {
        status: 500,
        body: { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    };
}

interface CallParts {
    readonly sim: Simulation;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly url: URL;
    readonly found: Match;
    readonly organizations: readonly Organization[];
    readonly body: Readonly<Record<string, unknown>>;
}

function callOf({ sim, request, response, url, found, organizations, body }: CallParts): Call {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    return {
        sim,
        param: (name) => found.params[name] ?? "",
        query: url.searchParams,
        headers: request.headers,
        body,
        organizations,
        signal: gone.signal,
    };
}

/** Organizations of a token: `Bearer …`, or `FlyV1 …`, which may be several with commas between them. */
function organizationsOf({ world }: Simulation, authorization = ""): Organization[] {
    const [, given = ""] = /^(?:Bearer|FlyV1) (.+)$/.exec(authorization) ?? [];
    const tokens = [given, ...given.replace(/^FlyV1 /, "").split(",")];
    return Object.values(world.organizations).filter((organization) =>
        organization.tokens.some((token) => tokens.includes(token.replace(/^FlyV1 /, ""))),
    );
}

function identifierOf({ identifier }: Route, call: Call): string {
    return identifier?.(call) ?? (call.param("machine") || call.param("app"));
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
    const sent = await text(request);
    try {
        const body: unknown = sent === "" ? {} : JSON.parse(sent);
        return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    } catch {
        throw failure("invalid_argument", "the body is no JSON");
    }
}
