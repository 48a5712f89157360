import * as pulumi from "@pulumi/pulumi";
import { Middleware, RoutedRoute } from "../../lib/traefik";

/** What the router is told about one app. */
export interface RouteArgs {
    /** Name of the router's container. A change writes the route there; the old router is left alone. */
    router: pulumi.Input<string>;
    /** Name of the route on the router, unique there. A change replaces the route. */
    app: pulumi.Input<string>;
    /** Hosts and paths, each with the entry point that it is for. */
    routes: RoutedRoute[];
    /** Base URLs of the app's containers. */
    servers: pulumi.Input<string>[];
    /** Path that tells the router whether a server is to be left out. @default none */
    healthPath?: pulumi.Input<string>;
    /** Middlewares of the default chain that are left out. @default none */
    without?: Middleware[];
    /** Requests that one client may make in a minute. @default no limit */
    requestsPerMinute?: number;
    /**
     * How long requests and websockets on servers that are left out may still take, in seconds, 0 to 86400. Shorter when
     * nothing is in flight any more; what is left after that is ended by whoever stops the servers.
     * @default 5
     */
    drainSeconds?: number;
    /**
     * Texts that a container's log may hold and that nobody is to see: what is secret of them is masked where a failure tells
     * the log. @default none
     */
    secrets?: pulumi.Input<string>[];
}

/**
 * A route on the router: one file for one app, live in Traefik before the resource counts as made. A change is
 * written beside the file and renamed over it, so that Traefik never reads half of it; when Traefik does not take
 * it, the file before comes back and the update fails with Traefik's own words.
 *
 * New servers have to answer before the file is written. Once it is live, the resource waits until the router has no
 * connection to the old ones any more, and the new ones answer once more: whatever depends on it may stop the old. A new
 * server that exits, or gives no good answer three times in a row, brings the file before back in that time, and fails the
 * update with its log. Deleted, a route drains in the same way.
 */
export class Route extends pulumi.CustomResource {
    /** Name of the load balancer that is live. */
    declare readonly service: pulumi.Output<string>;

    constructor(name: string, args: RouteArgs, opts?: pulumi.CustomResourceOptions) {
        super("berth:index:Route", name, { ...args, service: undefined }, opts);
    }
}
