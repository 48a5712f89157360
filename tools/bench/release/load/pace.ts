/** How far behind its schedule the generator may be and still catch up, in milliseconds. */
const CATCH_UP_MS = 50;

/**
 * The schedule of an even load: a request is due at its time, whether those before it were answered or not. A generator that
 * the machine has held up for longer than a moment does not catch up: that would be a burst beyond the rate.
 */
export class Pace {
    private next: number;

    constructor(
        private readonly perSecond: number,
        now: number,
    ) {
        this.next = now;
    }

    /** How many requests are due. */
    due(now: number): number {
        this.next = Math.max(this.next, now - CATCH_UP_MS);
        const step = 1000 / this.perSecond;
        const count = Math.max(0, Math.floor((now - this.next) / step) + 1);
        this.next += count * step;
        return count;
    }

    /** Milliseconds until the next one is. */
    wait(now: number): number {
        return Math.max(1, this.next - now);
    }
}
