import { setTimeout as delay } from "node:timers/promises";

/** More would measure the machine, on which everything stands. */
const MOST_PER_SECOND = 200;

/** How much a load may ask. */
export interface Pacing {
    /** Most requests that begin in any second, however long the answers take: at most 200. */
    readonly perSecond: number;
    /** When it ends by itself. */
    readonly mostSeconds: number;
}

/** The turns of a load, numbered from 0: a request begins with each. They end with its time, or when it is told to stop. */
export async function* turns({ perSecond, mostSeconds }: Pacing, stop?: AbortSignal): AsyncGenerator<number> {
    const began = performance.now();
    const end = began + mostSeconds * 1000;
    const pace = new Pace(Math.min(perSecond, MOST_PER_SECOND), began);
    let number = 0;
    for (let now = began; now < end && stop?.aborted !== true; now = performance.now()) {
        const wait = pace.take(now);
        if (wait === 0) {
            yield number;
            number += 1;
        } else {
            await delay(wait);
        }
    }
}

/**
 * The schedule of an even load. A turn that is late by less than half a step leaves it as it is, for timers are never exact;
 * what a machine is held up for longer is left out, not made up for. No second ever has more turns than its share.
 */
export class Pace {
    private readonly step: number;
    private next: number;

    constructor(perSecond: number, now: number) {
        // Half a turn less than its share, for the half a step that the first one in a second may be late.
        this.step = 1000 / (perSecond - 0.5);
        this.next = now;
    }

    /** Milliseconds to wait; 0 when a turn is due, which thereby is taken. */
    take(now: number): number {
        if (now < this.next) {
            return this.next - now;
        }
        this.next = Math.max(this.next + this.step, now + this.step / 2);
        return 0;
    }
}
