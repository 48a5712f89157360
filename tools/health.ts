import { randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";

/** One app, as the stack's output `systems` tells of it. */
export interface AppOutput {
    urls: string[];
    /** An `http:` or `https:` URL that answers 2xx, or a `ws:` or `wss:` URL that takes a connection. */
    healthUrl?: string;
}

/** The stack's output `systems`. */
export type SystemsOutput = Record<string, { apps: Record<string, AppOutput> }>;

/** How one app was found. */
export interface AppHealth {
    system: string;
    app: string;
    urls: string[];
    /** Undefined where the app has nothing to ask. */
    healthy: boolean | undefined;
    /** The last answer: `200`, or why there was none. */
    detail: string;
}

const patienceMs = 30_000;
const pauseMs = 300;
const requestTimeoutMs = 5000;

/** Asks every app's health check, all at the same time, each until it answers well or the time is over. */
export async function checkHealth(systems: SystemsOutput, limitMs = patienceMs): Promise<AppHealth[]> {
    const deadline = Date.now() + limitMs;
    const checks = Object.entries(systems).flatMap(([system, { apps }]) =>
        Object.entries(apps).map(async ([app, { urls, healthUrl }]) => {
            const answer = healthUrl === undefined ? undefined : await askUntil(healthUrl, deadline);
            return {
                system,
                app,
                urls,
                healthy: answer?.healthy,
                detail: answer?.detail ?? "no health check",
            };
        }),
    );
    return Promise.all(checks);
}

interface Answer {
    healthy: boolean;
    detail: string;
}

async function askUntil(url: string, deadline: number): Promise<Answer> {
    for (;;) {
        const answer = await ask(url);
        if (answer.healthy || Date.now() >= deadline) {
            return answer;
        }
        await delay(pauseMs);
    }
}

/**
 * Asks once. `*.localhost` is this machine by its definition (RFC 6761), whatever the resolver makes of it. A certificate
 * has to be one that `ca` has signed, or one of the usual authorities.
 */
export function ask(url: string, ca?: string): Promise<Answer> {
    const { hostname, port, host, pathname, search, protocol } = new URL(url);
    const local = hostname === "localhost" || hostname.endsWith(".localhost");
    const websocket = protocol.startsWith("ws");
    const secure = protocol === "https:" || protocol === "wss:";
    const upgrade = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
    };
    return new Promise((resolve) => {
        const options = {
            host: local ? "127.0.0.1" : hostname,
            port: port === "" ? (secure ? 443 : 80) : Number(port),
            path: pathname + search,
            headers: { host, ...(websocket ? upgrade : {}) },
            agent: false,
        };
        const request = secure
            ? https.request({ ...options, servername: hostname, ca })
            : http.request(options);
        const timer = setTimeout(() => {
            request.destroy(new Error(`no answer within ${requestTimeoutMs / 1000} s`));
        }, requestTimeoutMs);
        const settle = (healthy: boolean, detail: string) => {
            clearTimeout(timer);
            request.destroy();
            resolve({ healthy, detail });
        };
        request.on("response", ({ statusCode = 0 }) => {
            settle(!websocket && statusCode >= 200 && statusCode < 300, String(statusCode));
        });
        request.on("upgrade", () => {
            settle(websocket, "101");
        });
        request.on("error", (error: NodeJS.ErrnoException) => {
            settle(false, error.code ?? error.message);
        });
        request.end();
    });
}
