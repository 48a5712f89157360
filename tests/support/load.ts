import { setTimeout as sleep } from "node:timers/promises";
import { turns } from "../../tools/pace";

/** What became of the requests of a load. */
export interface LoadResult {
    readonly requests: number;
    /** What was lost, by its kind: `503`, `ECONNRESET`. */
    readonly lost: Readonly<Record<string, number>>;
}

/** Longest that a load lasts. */
const MOST_SECONDS = 240;

/** Asks evenly, whatever comes back, until it is told to stop. */
export class Load {
    private readonly pending = new Set<Promise<void>>();
    private readonly lost = new Map<string, number>();
    private readonly stopped = new AbortController();
    private readonly running: Promise<void>;
    private requests = 0;

    constructor(
        /** One request, by its number; gives the answer's status. */
        private readonly ask: (index: number) => Promise<number>,
        private readonly perSecond: number,
    ) {
        this.running = this.run();
    }

    /** Ends the load and waits for all answers. */
    async stop(): Promise<LoadResult> {
        this.stopped.abort();
        await this.running;
        await Promise.all(this.pending);
        return { requests: this.requests, lost: Object.fromEntries(this.lost) };
    }

    /** Waits for so many requests more. */
    async more(count: number): Promise<void> {
        const enough = this.requests + count;
        while (this.requests < enough) {
            await sleep(20);
        }
    }

    private async run(): Promise<void> {
        const pacing = { perSecond: this.perSecond, mostSeconds: MOST_SECONDS };
        for await (const number of turns(pacing, this.stopped.signal)) {
            const one: Promise<void> = this.one(number).finally(() => this.pending.delete(one));
            this.pending.add(one);
            this.requests += 1;
        }
    }

    private async one(index: number): Promise<void> {
        const kind = await this.ask(index).then(
            (status) => (status >= 200 && status < 300 ? undefined : String(status)),
            (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
        );
        if (kind !== undefined) {
            this.lost.set(kind, (this.lost.get(kind) ?? 0) + 1);
        }
    }
}

/** Whether a load's request is one of the few that take three seconds. */
export function isSlow(index: number): boolean {
    return index % 50 === 49;
}
