import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { closeServer, listenOnLoopback } from "../loopback";
import { ApiError } from "./apiError";
import { match } from "./routes";
import { Answer, projectOf, Route, Simulation } from "./simulation";

/** The API's HTTP, on loopback. */
export class ApiServer {
    private readonly server: Server;

    constructor(
        private readonly sim: Simulation,
        private readonly routes: readonly Route[],
    ) {
        this.server = createServer((request, response) => {
            this.answer(request, response).catch((error: unknown) => {
                response.destroy(error instanceof Error ? error : undefined);
            });
        });
    }

    /** Listens on a port, 0 for a free one, and tells where. */
    async listen(port: number): Promise<string> {
        return `${await listenOnLoopback(this.server, port)}/v1`;
    }

    close(): Promise<void> {
        return closeServer(this.server);
    }

    private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const sent = await text(request);
        const { status, body } = this.outcome(request, sent);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === undefined ? undefined : JSON.stringify(body));
    }

    /** Nothing in here waits: no other request sees what is half done. */
    private outcome(request: IncomingMessage, sent: string): Answer {
        try {
            const answer = this.handle(request, sent);
            if (request.method !== "GET") {
                this.sim.save();
            }
            return answer;
        } catch (error) {
            // A fault of the simulation itself has to be seen.
            const told =
                error instanceof ApiError
                    ? error
                    : new ApiError(
                          "server_error",
                          error instanceof Error ? (error.stack ?? "") : String(error),
                      );
            return { status: told.status, body: told.body };
        }
    }

    private handle({ url: path = "/", method = "", headers }: IncomingMessage, sent: string): Answer {
        const token = /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1];
        if (token === undefined) {
            throw new ApiError("unauthorized", "unable to authenticate");
        }
        const url = new URL(path, "http://simulated");
        const found = match(this.routes, method, url.pathname);
        if (found === undefined) {
            throw new ApiError("not_found", `the simulated API has no ${method} ${url.pathname}`);
        }
        return found.route.handle({
            sim: this.sim,
            project: projectOf(this.sim.world, token),
            param: (name) => found.params[name] ?? "",
            query: url.searchParams,
            body: parsed(sent),
        });
    }
}

function parsed(sent: string): unknown {
    try {
        return sent === "" ? {} : JSON.parse(sent);
    } catch {
        throw new ApiError("json_error", "the body is no JSON");
    }
}
