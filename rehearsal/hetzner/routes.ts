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

/** What the `:name`s of a pattern stand for, or undefined when the path is another. */
export function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
    const [wanted, got] = [pattern.split("/"), path.split("/")];
    const fits =
        wanted.length === got.length && wanted.every((part, at) => part.startsWith(":") || part === got[at]);
    return fits
        ? Object.fromEntries(
              wanted.flatMap((part, at) => (part.startsWith(":") ? [[part.slice(1), got[at] ?? ""]] : [])),
          )
        : undefined;
}
