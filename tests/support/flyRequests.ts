import { Http, Request } from "../../providers/fly/client/http";
import { Scripted } from "./scriptedApi";

export const TOKEN = "fm2_very-secret-token";

export const OK: Scripted = { status: 200, body: { id: "m1" } };

/** The API's own limit, with the seconds after which it may be asked again. */
export const busy = (retryAfter?: string): Scripted => ({
    status: 429,
    body: { error: "rate limit exceeded" },
    headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
});
export const BUSY = busy("0");

/** What a client waited for, in milliseconds: the length of waits is tested, and nobody waits. */
export const waits: number[] = [];

export const noted = (ms: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    waits.push(ms);
    return Promise.resolve();
};

/** A request, of an action whose limit no test reaches. */
export const request = (more: Partial<Request> = {}): Request => ({
    doing: 'list the machines of "shop"',
    limit: "machine_list shop",
    rate: { perSecond: 10_000, burst: 1000 },
    method: "GET",
    path: "/apps/shop/machines",
    signal: new AbortController().signal,
    ...more,
});

/** One that makes something. */
export const create = (more: Partial<Request> = {}): Request =>
    request({ doing: 'create a machine of "shop"', method: "POST", body: { name: "a" }, ...more });

/** What a request that has to fail throws. */
export async function failureOf(client: Http, sent: Request): Promise<Error> {
    try {
        await client.send(sent);
    } catch (error) {
        if (error instanceof Error) {
            return error;
        }
    }
    throw new Error("it did not fail");
}
