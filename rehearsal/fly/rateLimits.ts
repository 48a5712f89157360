/** How often something may be done: a bucket that refills steadily. */
export interface RateLimit {
    readonly perSecond: number;
    readonly burst: number;
}

/** "Rate limits" of the API's documentation. */
export const LIMITS = {
    /** Each action on each machine, or on each app where the action names no machine. */
    action: { perSecond: 1, burst: 3 },
    getMachine: { perSecond: 5, burst: 10 },
    deleteApp: { perSecond: 100 / 60, burst: 100 },
} as const satisfies Record<string, RateLimit>;

interface Bucket {
    tokens: number;
    atMs: number;
}

/** One bucket for each action on each identifier. */
export class RateLimits {
    private readonly buckets = new Map<string, Bucket>();

    /** Takes one token. Otherwise gives the milliseconds until there is one. */
    take(key: string, { perSecond, burst }: RateLimit, nowMs: number): number {
        const bucket = this.buckets.get(key) ?? { tokens: burst, atMs: nowMs };
        const refilled = bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond;
        bucket.tokens = Math.min(burst, refilled);
        bucket.atMs = nowMs;
        this.buckets.set(key, bucket);
        if (bucket.tokens < 1) {
            return Math.ceil(((1 - bucket.tokens) / perSecond) * 1000);
        }
        bucket.tokens -= 1;
        return 0;
    }
}
