// What the app and those who watch it agree on.

/** Port that the app listens on, in its container. */
export const PORT = 3000;
/** Path that answers as soon as the app works. */
export const HEALTH_PATH = "/health";
/** How long the app takes until it listens: a small Node server with a framework and a database pool. */
export const BOOT_MS = 1000;
/** How long a slow request takes. */
export const SLOW_MS = 3000;
/** Header of every answer: the version that gave it. */
export const VERSION_HEADER = "x-version";
/** Code of the close frame that websockets get on SIGTERM. */
export const GOING_AWAY = 1001;
/** Host that clients ask for. */
export const HOST = "bench.localhost";

/** A line of the app's log. */
export interface AppEvent {
    /** `healthy` is the first good answer to a health check. */
    readonly event: "start" | "healthy" | "sigterm";
    readonly version: string;
    /** Milliseconds since 1970. */
    readonly at: number;
}

/** The events in an app's log, whatever frames the engine has put around its lines. */
export function eventsIn(log: string): AppEvent[] {
    return [...log.matchAll(/\{"event":[^}]*\}/g)].map(([line]) => JSON.parse(line) as AppEvent);
}
