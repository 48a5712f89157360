import { checkRoute } from "../../lib/routes";
import { isPlainPath } from "../../lib/healthcheck";
import { checkName } from "../../lib/names";
import { checkNumber } from "../../lib/numbers";
import { checkOneOf, Problem } from "../../lib/problems";
import {
    ENTRY_PORTS,
    Middleware,
    MIDDLEWARES,
    renderRouteFile,
    RoutedRoute,
    RouteFile,
} from "../../lib/traefik";
import { publishRoute, readRoute, removeRoute } from "../engine/router";
import { checkTypes } from "../server/inputs";
import { defineEngineKind } from "../engine/services";
import { hasUnknown, Properties } from "../server/properties";

interface Inputs {
    readonly router: string;
    readonly app: string;
    readonly routes: readonly RoutedRoute[];
    readonly servers: readonly string[];
    readonly healthPath?: string;
    readonly without?: readonly Middleware[];
    readonly requestsPerMinute?: number;
}

interface Outputs {
    readonly service: string;
}

/**
 * Seconds between two checks of a server by the router, and how long one may take. Short, because a server that fails
 * gets requests until the next check; longer than what a busy machine needs to answer.
 */
const HEALTH_CHECK = { intervalSeconds: 10, timeoutSeconds: 5 };

/** A container on the same machine accepts within milliseconds or is gone; Traefik's own default is 30 s. */
const DIAL_TIMEOUT_MS = 1500;

/** A route on the router: see the class of the same name in the SDK. */
export const route = defineEngineKind<Inputs, Outputs>({
    token: "berth:index:Route",
    outputs: ["service"],
    replaceOn: { app: "the route file has the app's name" },

    check(inputs) {
        const types = {
            router: "string",
            app: "string",
            routes: "list",
            servers: "list",
            healthPath: "string?",
            without: "list?",
            requestsPerMinute: "number?",
        } as const;
        const problems = checkTypes(inputs, types);
        return problems.length > 0 ? problems : checkValues(inputs);
    },

    async create(inputs, { docker, status }) {
        status("waiting until the router has it");
        const file = render(inputs);
        await publishRoute(docker, inputs.router, inputs.app, file, inputs.routes.length);
        return { id: inputs.app, outputs: { service: file.service } };
    },

    async update(_id, inputs, { docker, status }) {
        status("waiting until the router has it");
        const file = render(inputs);
        await publishRoute(docker, inputs.router, inputs.app, file, inputs.routes.length);
        return { service: file.service };
    },

    async read(_id, state, { docker }) {
        const content = await readRoute(docker, state.router, state.app);
        if (content === undefined) {
            return undefined;
        }
        // A file that somebody edited leads nowhere that we know: the next update writes ours again.
        return content === render(state).content ? state : { ...state, servers: [] };
    },

    async delete(id, state, { docker }) {
        await removeRoute(docker, state.router, id);
    },
});

function checkValues(inputs: Properties): Problem[] {
    const { app, routes, servers, healthPath, without = [], requestsPerMinute } = inputs as unknown as Inputs;
    const problems = hasUnknown(app) ? [] : checkName("app", app);
    if (!hasUnknown(routes)) {
        problems.push(...routes.flatMap((each, index) => checkRoutedRoute(`routes[${index}]`, each)));
    }
    problems.push(
        ...without.flatMap((each, index) => checkOneOf(`without[${index}]`, each, MIDDLEWARES)),
        ...checkNumber("requestsPerMinute", requestsPerMinute, { min: 1 }),
    );
    if (routes.length === 0) {
        problems.push({ path: "routes", message: "is empty: a route leads from at least one host" });
    }
    if (servers.length === 0) {
        problems.push({ path: "servers", message: "is empty: a route leads to at least one server" });
    }
    for (const [index, server] of servers.entries()) {
        if (!hasUnknown(server) && !/^http:\/\/[A-Za-z0-9._-]+:\d+$/.test(server)) {
            problems.push({
                path: `servers[${index}]`,
                message: `"${server}" is no server: http://container:port`,
            });
        }
    }
    if (healthPath !== undefined && !hasUnknown(healthPath) && !isPlainPath(healthPath)) {
        problems.push({
            path: "healthPath",
            message: `"${healthPath}" is no path: it starts with "/" and needs no escaping`,
        });
    }
    return problems;
}

function checkRoutedRoute(path: string, route: RoutedRoute): Problem[] {
    return [
        ...checkRoute(path, route),
        ...checkOneOf(`${path}.entryPoint`, route.entryPoint, Object.keys(ENTRY_PORTS)),
    ];
}

function render({ app, routes, servers, healthPath, without, requestsPerMinute }: Inputs): RouteFile {
    return renderRouteFile({
        name: app,
        routes,
        servers,
        without,
        requestsPerMinute,
        healthCheck: healthPath === undefined ? undefined : { path: healthPath, ...HEALTH_CHECK },
        dialTimeoutMs: DIAL_TIMEOUT_MS,
    });
}
