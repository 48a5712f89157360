import { request } from "node:http";
import type { App } from "../src/app";
import { createApp } from "../src/app";
import { Config, Environment, parseConfig } from "../src/config";
import { Log, createLog } from "../src/log";
import type { Database } from "../src/postgres";
import type { KeyValueStore } from "../src/redis";
import type { Services } from "../src/routes";

/** A log that keeps its lines. */
export function recordingLog(): { log: Log; lines: Record<string, unknown>[] } {
    const lines: Record<string, unknown>[] = [];
    const log = createLog("test", "debug", (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
    return { log, lines };
}

function configWith(env: Environment = {}): Config {
    return parseConfig({ HOST: "127.0.0.1", PORT: "0", APP_NAME: "shop", APP_VERSION: "1.2.3", ...env });
}

/** A database that knows the app's own statements, and keeps the rows in memory. */
export class FakeDatabase implements Database {
    readonly rows: { id: number; value: string }[] = [];
    failure: Error | undefined;
    hangs = false;

    query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
        if (this.hangs) {
            return new Promise(() => undefined);
        }
        if (this.failure !== undefined) {
            return Promise.reject(this.failure);
        }
        return Promise.resolve(this.answer(sql, values) as Row[]);
    }

    close(): Promise<void> {
        return Promise.resolve();
    }

    private answer(sql: string, values: readonly unknown[]): object[] {
        switch (sql) {
            case "select 1":
                return [{ "?column?": 1 }];
            case "insert into rows (value) values ($1) returning id, value":
                this.rows.push({ id: this.rows.length + 1, value: String(values[0]) });
                return this.rows.slice(-1);
            case "select id, value from rows order by id desc limit $1":
                return this.rows.slice(-Number(values[0])).reverse();
            default:
                throw new Error(`a statement the fake does not know: ${sql}`);
        }
    }
}

/** A store in memory. */
export class FakeStore implements KeyValueStore {
    readonly entries = new Map<string, string>();
    failure: Error | undefined;

    async get(key: string): Promise<string | null> {
        await this.ping();
        return this.entries.get(key) ?? null;
    }

    async set(key: string, value: string): Promise<void> {
        await this.ping();
        this.entries.set(key, value);
    }

    ping(): Promise<void> {
        return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
    }

    close(): Promise<void> {
        return Promise.resolve();
    }
}

export interface Running {
    readonly app: App;
    readonly port: number;
    readonly lines: Record<string, unknown>[];
}

/** Runs the app on a free port of the loopback address. */
export async function run(env: Environment = {}, services: Services = {}): Promise<Running> {
    const { log, lines } = recordingLog();
    const app = createApp(configWith(env), services, log);
    return { app, port: await app.listen(), lines };
}

export interface Reply {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly text: string;
    /** The parsed body, undefined when it is no JSON. */
    readonly body: unknown;
}

export interface Options {
    readonly method?: string;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Called when the server has the request's head: it is in flight from then on. */
    readonly onContinue?: () => void;
}

/** Sends one request. As a proxy would, Node's agent keeps the connection open: it is the server who has to close it. */
export function send(port: number, path: string, options: Options = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
        const { method = "GET", body, onContinue } = options;
        const headers = { ...options.headers, ...(onContinue && { expect: "100-continue" }) };
        const outgoing = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
                const text = Buffer.concat(chunks).toString("utf8");
                const isJson =
                    response.headers["content-type"]?.startsWith("application/json") && text !== "";
                resolve({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    text,
                    body: isJson ? (JSON.parse(text) as unknown) : undefined,
                });
            });
        });
        outgoing.on("error", reject);
        if (onContinue) {
            outgoing.on("continue", onContinue);
            outgoing.flushHeaders();
        }
        outgoing.end(body);
    });
}
