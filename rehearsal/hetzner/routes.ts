import { paramsOf } from "../path";
import { Route } from "./simulation";

export interface Match {
    readonly route: Route;
    readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. Undefined when there is none. */
export function match(routes: readonly Route[], method: string, path: string): Match | undefined {
    for (const route of routes) {
        const params = route.method === method ? paramsOf(`/v1${route.path}`, path) : undefined;
        if (params !== undefined) {
            return { route, params };
        }
    }
    return undefined;
}
