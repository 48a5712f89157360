import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { precedenceOf, Route } from "../routes";
import { EntryPoint, RESOLVERS } from "./entryPoints";
import { chainOf, ChainOptions } from "./middlewares";

/** A route and the way in that it is for. */
export interface RoutedRoute extends Route {
    /** Way into the router by which requests for it come. */
    readonly entryPoint: EntryPoint;
    /** Wildcard whose certificate serves the host: `*.example.org`. @default a certificate for the host alone */
    readonly wildcard?: string;
}

/** What the router has to know of one app. */
export interface RoutedApp extends ChainOptions {
    /** Unique on the router; the file, its routers and its service are named after it. */
    readonly name: string;
    readonly routes: readonly RoutedRoute[];
    /** Base URLs of the app's containers, as the router reaches them: `http://name:3000`. */
    readonly servers: readonly string[];
    /** How the router tells that a server is to be left out. */
    readonly healthCheck?: {
        readonly path: string;
        readonly intervalSeconds: number;
        readonly timeoutSeconds: number;
    };
    /** How long the router tries to connect to a server. A container that is gone must not hold a request for long. */
    readonly dialTimeoutMs: number;
    /**
     * How long the router keeps a connection on which nothing is asked. Shorter than any server does: one that the server
     * closes at the moment of the next request loses that request.
     */
    readonly idleTimeoutMs: number;
}

/** One app's file for Traefik's file provider. */
export interface RouteFile {
    readonly content: string;
    /**
     * Name of the file's load balancer. It carries a hash of the content, so that finding it in Traefik's API proves
     * that this very content is live.
     */
    readonly service: string;
}

/** Renders the file of one app. Pure: the same app gives the same bytes. */
export function renderRouteFile(app: RoutedApp): RouteFile {
    const service = `${app.name}-${fingerprint(app)}`;
    const transport = `${app.name}-transport`;
    const chains = new Map(
        app.routes.map(({ entryPoint }) => [entryPoint, chainOf(app.name, entryPoint, app)] as const),
    );
    const middlewares = Object.assign({}, ...[...chains.values()].map(({ own }) => own)) as Record<
        string,
        object
    >;
    const http = {
        routers: Object.fromEntries(
            app.routes.map((route, index) => [
                // No app has an underscore in its name: `web` with two routes leaves `web-2` to the app of that name.
                index === 0 ? app.name : `${app.name}_${index + 1}`,
                {
                    rule: renderRule(route),
                    // Said outright, because Traefik's own default is the length of the whole rule.
                    priority: precedenceOf(route),
                    entryPoints: [route.entryPoint],
                    middlewares: chains.get(route.entryPoint)?.names ?? [],
                    service,
                    ...(route.entryPoint === "websecure" && { tls: tlsOf(route) }),
                },
            ]),
        ),
        ...(Object.keys(middlewares).length > 0 && { middlewares }),
        services: {
            [service]: {
                loadBalancer: {
                    servers: app.servers.map((url) => ({ url })),
                    serversTransport: transport,
                    ...(app.healthCheck && {
                        healthCheck: {
                            path: app.healthCheck.path,
                            interval: `${app.healthCheck.intervalSeconds}s`,
                            timeout: `${app.healthCheck.timeoutSeconds}s`,
                        },
                    }),
                },
            },
        },
        serversTransports: {
            [transport]: {
                forwardingTimeouts: {
                    dialTimeout: `${app.dialTimeoutMs}ms`,
                    idleConnTimeout: `${app.idleTimeoutMs}ms`,
                },
            },
        },
    };
    return { service, content: escapeTemplate(stringify({ http }, { lineWidth: 0 })) };
}

/** Traefik's rule for one route. A path prefix ends at a path segment: `/ws` takes `/ws/1` and leaves `/wsx` alone. */
export function renderRule({ host, pathPrefix }: Route): string {
    const onHost = `Host(\`${host}\`)`;
    return pathPrefix === undefined
        ? onHost
        : `${onHost} && (Path(\`${pathPrefix}\`) || PathPrefix(\`${pathPrefix}/\`))`;
}

function tlsOf({ wildcard }: RoutedRoute): object {
    return wildcard === undefined
        ? { certResolver: RESOLVERS.http }
        : { certResolver: RESOLVERS.dns, domains: [{ main: wildcard }] };
}

function fingerprint(app: RoutedApp): string {
    return createHash("sha256").update(JSON.stringify(app)).digest("hex").slice(0, 8);
}

/** Traefik runs each file through Go's templates first: a brace pair from a value must come out as itself. */
function escapeTemplate(text: string): string {
    return text.replaceAll("{{", '{{"{{"}}');
}
