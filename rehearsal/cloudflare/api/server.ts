import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { paramsOf } from "../../path";
import { closeServer, listenOnLoopback } from "../../loopback";
import { Account, WorldState } from "../state";
import { ApiError, unauthenticated } from "./apiError";
import { Answer, Call, Route } from "./call";

const BASE = "/client/v4";

/** A request that came: nothing of its body, and no token. */
export interface SimulatedRequest {
    readonly method: string;
    /** Path below `/client/v4`, with its query. */
    readonly path: string;
    readonly status: number;
}

/** The API's HTTP: who asks, for what, and the envelope around each answer. */
export class ApiServer {
    readonly requests: SimulatedRequest[] = [];
    private readonly server: Server;

    constructor(
        private readonly world: WorldState,
        /** Called after each change, before the answer goes out. */
        private readonly keep: () => void,
        private readonly routes: readonly Route[],
    ) {
        this.server = createServer((request, response) => {
            this.answer(request, response).catch((error: unknown) => {
                response.destroy(error instanceof Error ? error : undefined);
            });
        });
    }

    /** Listens on a loopback port; 0 for any that is free. Resolves to the base of all paths. */
    async listen(port: number): Promise<string> {
        return `${await listenOnLoopback(this.server, port)}${BASE}`;
    }

    close(): Promise<void> {
        return closeServer(this.server);
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const { method = "" } = request;
        const url = new URL(request.url ?? "/", "http://simulated");
        const sent = await text(request);
        const { status, body } = this.outcome(method, url, request.headers.authorization, sent);
        this.requests.push({ method, path: url.pathname.slice(BASE.length) + url.search, status });
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
    }

    /** Without a pause in it: one request after the other, and the world is in its file before the answer goes out. */
    private outcome(method: string, url: URL, authorization: string | undefined, sent: string): Outcome {
        try {
            const account = bearerOf(this.world, authorization);
            const { route, params } = this.find(method, url);
            const answer = route.handle({
                world: this.world,
                account,
                param: (name) => params[name] ?? "",
                query: url.searchParams,
                body: parse(sent),
            } satisfies Call);
            if (method !== "GET") {
                this.keep();
            }
            return { status: 200, body: success(answer) };
        } catch (error) {
            return refusal(error);
        }
    }

    private find(method: string, url: URL): { route: Route; params: Readonly<Record<string, string>> } {
        const onPath = this.routes.flatMap((route) => {
            const params = paramsOf(BASE + route.path, url.pathname);
            return params === undefined ? [] : [{ route, params }];
        });
        const found = onPath.find(({ route }) => route.method === method);
        if (found !== undefined) {
            return found;
        }
        throw onPath.length > 0
            ? new ApiError(405, 10405, `${method} method not allowed for this resource`)
            : new ApiError(404, 7000, "No route for that URI");
    }
}

interface Outcome {
    readonly status: number;
    readonly body: unknown;
}

function success({ result, info }: Answer): unknown {
    return { success: true, errors: [], messages: [], result, ...(info && { result_info: info }) };
}

function refusal(error: unknown): Outcome {
    const { status, code, message } =
        error instanceof ApiError
            ? error
            : // A fault of the simulation itself has to be seen.
              new ApiError(
                  500,
                  1000,
                  error instanceof Error ? (error.stack ?? error.message) : String(error),
              );
    return { status, body: { success: false, errors: [{ code, message }], messages: [], result: null } };
}

function bearerOf({ accounts }: WorldState, authorization: string | undefined): Account {
    if (authorization === undefined) {
        throw new ApiError(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
    }
    const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    if (token === undefined) {
        throw new ApiError(400, 6003, "Invalid request headers");
    }
    const account = Object.values(accounts).find((each) => each.token === token);
    if (account === undefined) {
        throw unauthenticated();
    }
    return account;
}

function parse(sent: string): Readonly<Record<string, unknown>> {
    try {
        const body: unknown = sent === "" ? {} : JSON.parse(sent);
        if (typeof body === "object" && body !== null && !Array.isArray(body)) {
            return body as Record<string, unknown>;
        }
    } catch {
        // Told below.
    }
    throw new ApiError(400, 9207, "Failed to parse request body, content-type must be application/json");
}
