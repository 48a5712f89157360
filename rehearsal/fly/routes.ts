import { RateLimit } from "./rateLimits";
import { Answer, Call } from "./simulation";

/** One thing that the API can be asked for. */
export interface Route {
    readonly method: "GET" | "POST" | "PUT" | "DELETE";
    /** Path below `/v1`; `:name` stands for one part. */
    readonly path: string;
    /** Name of the action, in requests and faults. */
    readonly action: string;
    /** @default 1 request/s, burst 3 */
    readonly limit?: RateLimit;
    /** What the rate limit counts by. @default the machine of the path, otherwise its app */
    readonly identifier?: (call: Call) => string;
    handle(call: Call): Answer | Promise<Answer>;
}

export interface Match {
    readonly route: Route;
    readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. Undefined when there is none. */
export function match(routes: readonly Route[], method: string, path: string): Match | undefined {
    for (const route of routes) {
        const params = route.method === method ? matchPath(`/v1${route.path}`, path) : undefined;
        if (params !== undefined) {
            return { route, params };
        }
    }
    return undefined;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
    const [wanted, got] = [pattern.split("/"), path.split("/")];
    if (wanted.length !== got.length) {
        return undefined;
    }
    const params: Record<string, string> = {};
    for (const [index, part] of wanted.entries()) {
        const value = got[index] ?? "";
        if (part.startsWith(":")) {
            params[part.slice(1)] = decodeURIComponent(value);
        } else if (part !== value) {
            return undefined;
        }
    }
    return params;
}
