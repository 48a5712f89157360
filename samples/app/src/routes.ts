import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import type { Config } from "./config";
import { Dependency, checkHealth } from "./health";
import { Answer, HttpError, html, json, readValue } from "./http";
import { checkName, readKey, writeKey } from "./keys";
import { Log, reason } from "./log";
import { pathOf, queryOf } from "./path";
import type { Database } from "./postgres";
import type { KeyValueStore } from "./redis";
import { addRow, listRows } from "./rows";
import { wait } from "./timeout";
import { isWebSocketPath } from "./websocket";

/** What the app needs and may have. */
export interface Services {
    readonly database?: Database;
    readonly store?: KeyValueStore;
}

/** Answers a request; `gone` tells when its client is not there any more. */
export type Handler = (request: IncomingMessage, gone: AbortSignal) => Promise<Answer>;

const MAX_SLOW_MS = 30_000;

/** The app's routes. */
export function createHandler(config: Config, services: Services, log: Log): Handler {
    const dependencies = dependenciesOf(services);

    const routes: Record<string, Partial<Record<string, Handler>>> = {
        "/": { GET: () => Promise.resolve(json(200, identity(config))) },
        "/slow": { GET: (request, gone) => slow(queryOf(request).get("ms") ?? "2000", gone) },
        "/rows": {
            GET: () => ask("database", services.database, log, listRows),
            POST: async (request) => {
                const value = await readValue(request);
                return ask("database", services.database, log, (database) => addRow(database, value));
            },
        },
    };
    const key: Partial<Record<string, Handler>> = {
        GET: (request) => {
            const name = keyName(request);
            return ask("redis", services.store, log, (store) => readKey(store, name));
        },
        PUT: async (request) => {
            const name = keyName(request);
            const value = await readValue(request);
            return ask("redis", services.store, log, (store) => writeKey(store, name, value));
        },
    };
    // Last, so that the health path may be any of the others.
    for (const path of config.healthPaths) {
        routes[path] = { GET: () => checkHealth(config, dependencies, log) };
    }

    return async (request, gone) => {
        const path = pathOf(request);
        const methods = Object.hasOwn(routes, path)
            ? routes[path]
            : path.startsWith("/keys/")
              ? key
              : undefined;
        if (methods === undefined) {
            return unknown(request, path, config);
        }
        // An answer to HEAD is one to GET whose body Node leaves out.
        const handler = methods[request.method === "HEAD" ? "GET" : (request.method ?? "")];
        if (handler === undefined) {
            throw new HttpError(405, "this path does not know that method", {
                allow: Object.keys(methods).join(", "),
            });
        }
        return handler(request, gone);
    };
}

function dependenciesOf({ database, store }: Services): Dependency[] {
    return [
        ...(database === undefined ? [] : [{ name: "database", check: () => database.query("select 1") }]),
        ...(store === undefined ? [] : [{ name: "redis", check: () => store.ping() }]),
    ];
}

function identity(config: Config) {
    return { app: config.app, version: config.version, host: hostname() };
}

/** Uses a service; 503 when it is not there. Why stands in the log alone: an error names internal addresses. */
async function ask<S>(
    name: string,
    service: S | undefined,
    log: Log,
    use: (service: S) => Promise<Answer>,
): Promise<Answer> {
    if (service === undefined) {
        throw new HttpError(503, `no ${name} is configured`);
    }
    try {
        return await use(service);
    } catch (error) {
        if (error instanceof HttpError) {
            throw error;
        }
        log.error(`${name} failed`, { reason: reason(error) });
        throw new HttpError(503, `${name} does not answer`);
    }
}

async function slow(text: string, gone: AbortSignal): Promise<Answer> {
    if (!/^\d{1,9}$/.test(text)) {
        throw new HttpError(400, "ms must be a number of milliseconds");
    }
    const ms = Math.min(Number(text), MAX_SLOW_MS);
    await wait(ms, gone);
    return json(200, { ms });
}

function keyName(request: IncomingMessage): string {
    return checkName(pathOf(request).slice("/keys/".length));
}

function unknown(request: IncomingMessage, path: string, config: Config): Answer {
    if (isWebSocketPath(path, config.wsPath)) {
        throw new HttpError(426, "only websockets are spoken here", {
            upgrade: "websocket",
            connection: "Upgrade",
        });
    }
    const page = config.spaFallback && (request.method === "GET" || request.method === "HEAD");
    if (page && request.headers.accept?.includes("text/html")) {
        return html(200, spaPage(config));
    }
    throw new HttpError(404, "not found");
}

function spaPage(config: Config): string {
    const name = escapeHtml(config.app);
    return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${name}</title></head>
<body><div id="root"><h1>${name}</h1><p>Version ${escapeHtml(config.version)}</p></div></body>
</html>
`;
}

function escapeHtml(text: string): string {
    return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
