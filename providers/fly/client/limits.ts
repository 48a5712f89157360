/** A limit of requests: so many each second, and so many at once after a pause. */
export interface Rate {
    readonly perSecond: number;
    readonly burst: number;
}

/**
 * Limits of the Machines API: for each action and each machine or app, 1 request a second and 3 at once; for looking at
 * one machine 5 and 10. Source: Fly's documentation, "Working with the Machines API".
 */
export const RATES = {
    usual: { perSecond: 1, burst: 3 },
    getMachine: { perSecond: 5, burst: 10 },
} as const satisfies Record<string, Rate>;

/** Requests do not arrive as evenly as they go: so much more lies between two of them. A refusal would cost a second. */
export const MARGIN_MS = 30;

/**
 * When each request of one action on one machine or app may go, so that the API has no reason to refuse it. Time is given
 * in milliseconds, from any start.
 */
export class Pacer {
    private readonly reserved = new Map<string, number>();

    /** Takes the next place in the line of `key`, and tells how long to wait for it. */
    reserve(key: string, { perSecond, burst }: Rate, now: number): number {
        const interval = 1000 / perSecond + MARGIN_MS;
        // The bucket in terms of time: a request moves its mark by one interval, and may be `burst - 1` of them early.
        const mark = Math.max(this.reserved.get(key) ?? -Infinity, now);
        this.reserved.set(key, mark + interval);
        return Math.max(0, mark - (burst - 1) * interval - now);
    }
}
