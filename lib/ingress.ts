import { orderRoutes, Route } from "./routes";

/** One rule of a Cloudflare tunnel: which requests go to which service. The first that fits counts. */
export interface IngressRule {
    /** @default every host */
    readonly hostname?: string;
    /** Regular expression (RE2) that has to match somewhere in the path. @default every path */
    readonly path?: string;
    /** URL of the service, or an answer: `http_status:404`. */
    readonly service: string;
}

/** Rules that lead each route to one service and answer 404 to all else. */
export function renderIngress(routes: readonly Route[], service: string): IngressRule[] {
    return [
        ...orderRoutes(routes).map(({ host, pathPrefix }) => ({
            hostname: host,
            ...(pathPrefix !== undefined && { path: pathPattern(pathPrefix) }),
            service,
        })),
        { service: "http_status:404" },
    ];
}

/** A path prefix ends at a path segment: `/ws` takes `/ws` and `/ws/1`, and leaves `/wsx` alone. */
function pathPattern(prefix: string): string {
    return `^${prefix.replace(/[^A-Za-z0-9/_-]/g, "\\$&")}(/|$)`;
}
