import { createClient } from "redis";
import { Log, reason } from "./log";

/** What the app asks of Redis. */
export interface KeyValueStore {
    get(key: string): Promise<string | null>;
    set(key: string, value: string): Promise<void>;
    ping(): Promise<void>;
    close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2000;
/** A connection whose other end vanished is noticed by the ping that gets no answer, and replaced. */
const PING_INTERVAL_MS = 2000;
const SILENCE_TIMEOUT_MS = 5000;

/** Opens a connection, now and again when it broke. While there is none every command fails at once. */
export function openStore(url: string, log: Log): KeyValueStore {
    const client = createClient({
        url,
        disableOfflineQueue: true,
        pingInterval: PING_INTERVAL_MS,
        socket: {
            connectTimeout: CONNECT_TIMEOUT_MS,
            socketTimeout: SILENCE_TIMEOUT_MS,
            reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 5), 1000),
        },
    });
    // Each attempt to connect fails with an event of its own: only what is new goes into the log.
    let lastReason: string | undefined;
    client.on("error", (error: unknown) => {
        if (reason(error) !== lastReason) {
            lastReason = reason(error);
            log.error("no connection to redis", { reason: lastReason });
        }
    });
    client.on("ready", () => {
        lastReason = undefined;
        log.info("connected to redis");
    });
    client.connect().catch((error: unknown) => {
        log.error("gave up on redis", { reason: reason(error) });
    });
    return {
        get: (key) => client.get(key),
        async set(key, value) {
            await client.set(key, value);
        },
        async ping() {
            await client.ping();
        },
        async close() {
            if (client.isReady) {
                await client.close();
            } else {
                client.destroy();
            }
        },
    };
}
