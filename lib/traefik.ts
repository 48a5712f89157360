import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { Route } from "./routes";

/** What the router has to know of one app. */
export interface RoutedApp {
    /** Unique on the router; the file, its routers and its service are named after it. */
    readonly name: string;
    readonly routes: readonly Route[];
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
    const http = {
        routers: Object.fromEntries(
            app.routes.map((route, index) => [
                index === 0 ? app.name : `${app.name}-${index + 1}`,
                { rule: renderRule(route), priority: priorityOf(route), entryPoints: ["web"], service },
            ]),
        ),
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
            [transport]: { forwardingTimeouts: { dialTimeout: `${app.dialTimeoutMs}ms` } },
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

/**
 * The longer prefix goes first. Said outright, because Traefik's own default is the length of the whole rule.
 */
function priorityOf({ pathPrefix }: Route): number {
    return 1 + (pathPrefix?.length ?? 0);
}

function fingerprint(app: RoutedApp): string {
    return createHash("sha256").update(JSON.stringify(app)).digest("hex").slice(0, 8);
}

/** Traefik runs each file through Go's templates first: a brace pair from a value must come out as itself. */
function escapeTemplate(text: string): string {
    return text.replaceAll("{{", '{{"{{"}}');
}

/** Where the router reads the apps' files, in its container. */
export const ROUTES_FOLDER = "/etc/traefik/dynamic";

/** Port of the router's own API and ping, on its container's loopback address only. */
export const API_PORT = 8080;

/** Port on which the router takes HTTP requests, in its container. */
export const HTTP_PORT = 80;

/** Traefik's static configuration, as command-line flags. */
export function routerFlags(logLevel: "INFO" | "ERROR"): string[] {
    return [
        `--entryPoints.web.address=:${HTTP_PORT}`,
        `--entryPoints.traefik.address=127.0.0.1:${API_PORT}`,
        // Without this Traefik shows the API to nobody; it listens on its own loopback address only.
        "--api.insecure=true",
        "--api.dashboard=false",
        "--ping=true",
        `--providers.file.directory=${ROUTES_FOLDER}`,
        "--providers.file.watch=true",
        // How long a change may wait for others to come; Traefik's default of 2 s would be part of every release.
        "--providers.providersThrottleDuration=100ms",
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
        `--log.level=${logLevel}`,
    ];
}
