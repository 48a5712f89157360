import { isIP } from "node:net";
import { checkRoute } from "../../lib/routes";
import { isPlainPath } from "../../lib/healthcheck";
import { checkName } from "../../lib/names";
import { checkNumber } from "../../lib/numbers";
import { checkOneOf, Problem } from "../../lib/problems";
import {
    ENTRY_PORTS,
    Middleware,
    MIDDLEWARES,
    Published,
    publishedIn,
    renderRouteFile,
    RoutedRoute,
    RouteFile,
    serverUrls,
} from "../../lib/traefik";
import { Question } from "../engine/asking";
import { isConflict, isNotFound } from "../engine/connect";
import { drain } from "../engine/drain";
import { waitUntilReady } from "../engine/readiness";
import { publishRoute, readRoute, removeRoute } from "../engine/router";
import { messageOf } from "../server/failure";
import { checkTypes } from "../server/inputs";
import { defineEngineKind, EngineContext } from "../engine/services";
import { hasUnknown, Properties } from "../server/properties";

interface Inputs {
    readonly router: string;
    readonly app: string;
    readonly routes: readonly RoutedRoute[];
    readonly servers: readonly string[];
    readonly healthPath?: string;
    readonly without?: readonly Middleware[];
    readonly requestsPerMinute?: number;
    readonly drainSeconds?: number;
}

interface Outputs {
    readonly service: string;
    /** Servers that were live for all we know, until another file was found in the place of theirs. Nobody has drained them. */
    readonly undrained?: readonly string[];
}

/**
 * Seconds between two checks of a server by the router, and how long one may take. Short, because a server that fails
 * gets requests until the next check; longer than what a busy machine needs to answer.
 */
const HEALTH_CHECK = { intervalSeconds: 10, timeoutSeconds: 5 };

/** A container on the same machine accepts within milliseconds; an engine that is busy takes longer to tell its address. */
const DIAL_TIMEOUT_MS = 5000;

/** Node's servers close an idle connection after 5 s; Traefik's own default is 90 s. A new one takes less than 1 ms here. */
const IDLE_TIMEOUT_MS = 500;

/** @see RouteArgs.drainSeconds */
const DEFAULT_DRAIN_SECONDS = 5;
/** A day: a longer one is a mistake, or a job for something else than an update. */
const MAX_DRAIN_SECONDS = 86_400;

/** How long a server that was ready may take to show that it still is. */
const STILL_READY_SECONDS = 10;

/** A route on the router: see the class of the same name in the SDK. */
export const route = defineEngineKind<Inputs, Outputs>({
    token: "berth:index:Route",
    outputs: ["service", "undrained"],
    remembered: ["undrained"],
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
            drainSeconds: "number?",
            secrets: "list?",
        } as const;
        const problems = checkTypes(inputs, types);
        return problems.length > 0 ? problems : checkValues(inputs);
    },

    async create(inputs, context) {
        await waitForNew(inputs, [], context);
        return { id: inputs.app, outputs: await publish(inputs, context) };
    },

    async update(_id, inputs, context, before) {
        await waitForNew(inputs, before.servers, context);
        const live = await readRoute(context.docker, inputs.router, inputs.app);
        const published = await publish(inputs, context);
        try {
            await drainOld(inputs, leftOut(inputs.servers, before, live), context);
        } catch (error) {
            throw new Error(await putBack(inputs, before, live, context, messageOf(error)), { cause: error });
        }
        return published;
    },

    async read(_id, state, { docker }) {
        const content = await readRoute(docker, state.router, state.app);
        if (content === undefined) {
            return undefined;
        }
        // Another file, of a run that was killed or somebody's own: the next update writes ours again.
        return content === render(state).content
            ? state
            : { ...state, servers: [], undrained: knownServers(state) };
    },

    async delete(id, state, context) {
        const gone = { ...state, servers: [] };
        const leaving = leftOut([], state, await readRoute(context.docker, state.router, state.app));
        await removeRoute(context.docker, state.router, id);
        await drainOld(gone, leaving, context).catch((error: unknown) => {
            // Behind a router that does not run nothing is in flight.
            if (!isNotFound(error) && !isConflict(error)) {
                throw error;
            }
        });
    },
});

/** Servers that a state knows of. */
function knownServers({
    servers,
    undrained = [],
}: Pick<Inputs & Outputs, "servers" | "undrained">): string[] {
    return [...new Set([...servers, ...undrained])];
}

/** Who is left out: what the state knows of, and what the file that is live leads to, whoever put it there. */
function leftOut(
    servers: readonly string[],
    before: Pick<Inputs & Outputs, "servers" | "undrained">,
    live: string | undefined,
): string[] {
    const all = new Set([...knownServers(before), ...serverUrls(live ?? "")]);
    return [...all].filter((server) => !servers.includes(server));
}

/**
 * Brings back what was live before; all that it leads to still runs, for it is deleted when this update has succeeded. Tells
 * how it went.
 */
async function putBack(
    inputs: Inputs,
    before: Inputs & Outputs,
    live: string | undefined,
    { docker, status }: EngineContext,
    reason: string,
): Promise<string> {
    const { router, app } = inputs;
    status("putting the route of before back");
    let problem = "nothing is known of it";
    for (const { file, routes } of formerRoutes(inputs, before, live)) {
        try {
            await publishRoute(docker, router, app, file, routes);
            return `the route of ${app} leads to the version before again: ${reason}`;
        } catch (error) {
            problem = messageOf(error);
        }
    }
    return `the route of ${app} leads to the new version still: ${reason}\nThe version before could not be put back: ${problem}`;
}

/**
 * What may be put back, the best first: the very file that was live, and what the state knows. The file is not, where a run
 * that was killed has put it there for these same servers already.
 */
function formerRoutes(
    { servers }: Inputs,
    before: Inputs & Outputs,
    live: string | undefined,
): readonly Published[] {
    const file = publishedIn(live ?? "");
    const isAnother = serverUrls(live ?? "").some((url) => !servers.includes(url));
    const known = { ...before, servers: knownServers(before) };
    return [
        ...(file !== undefined && isAnother ? [file] : []),
        ...(known.servers.length > 0 ? [{ file: render(known), routes: known.routes.length }] : []),
    ];
}

/** A server may have gone since it was ready: an update that failed later is made again without asking it. */
async function waitForNew(
    inputs: Inputs,
    before: readonly string[],
    { docker, signal }: EngineContext,
): Promise<void> {
    const added = questionsOf(inputs).filter(({ server }) => !before.includes(server));
    await Promise.all(
        added.map((question) =>
            waitUntilReady(docker, { ...question, timeoutSeconds: STILL_READY_SECONDS }, signal),
        ),
    );
}

async function publish(inputs: Inputs, { docker, status }: EngineContext): Promise<Outputs> {
    status("waiting until the router has it");
    const file = render(inputs);
    await publishRoute(docker, inputs.router, inputs.app, file, inputs.routes.length);
    return { service: file.service };
}

async function drainOld(inputs: Inputs, leaving: readonly string[], context: EngineContext): Promise<void> {
    const { router, drainSeconds: seconds = DEFAULT_DRAIN_SECONDS } = inputs;
    context.status(`live; up to ${seconds} s for what is in flight`);
    const taking = questionsOf(inputs);
    const open = await drain(context.docker, { router, leaving, taking, seconds }, context.signal);
    if (open > 0) {
        context.log(`${count(open)} still open after ${seconds} s: the old containers' SIGTERM ends them`);
    }
}

/**
 * How the servers are asked: by the path that the router itself goes by, else they count while they run. What has an address
 * for a name is no container, and nobody's here to ask.
 */
function questionsOf({ servers, healthPath, router }: Inputs): (Question & { readonly server: string })[] {
    return servers
        .map((server) => ({
            server,
            container: new URL(server).hostname,
            ...(healthPath !== undefined && { url: server + healthPath, from: router }),
        }))
        .filter(({ container }) => isIP(container) === 0);
}

function count(connections: number): string {
    return connections === 1 ? "1 connection is" : `${connections} connections are`;
}

function checkValues(inputs: Properties): Problem[] {
    const {
        app,
        routes,
        servers,
        healthPath,
        without = [],
        requestsPerMinute,
        drainSeconds,
    } = inputs as unknown as Inputs;
    const problems = hasUnknown(app) ? [] : checkName("app", app);
    if (!hasUnknown(routes)) {
        problems.push(...routes.flatMap((each, index) => checkRoutedRoute(`routes[${index}]`, each)));
    }
    problems.push(
        ...without.flatMap((each, index) => checkOneOf(`without[${index}]`, each, MIDDLEWARES)),
        ...checkNumber("requestsPerMinute", requestsPerMinute, { min: 1 }),
        ...checkNumber("drainSeconds", drainSeconds, { min: 0, max: MAX_DRAIN_SECONDS }),
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
        idleTimeoutMs: IDLE_TIMEOUT_MS,
    });
}
