/** One queue for each key: what is run under a key waits for what was run under it before. */
export class Queues {
    private readonly tails = new Map<string, Promise<void>>();

    run<T>(key: string, work: () => Promise<T>): Promise<T> {
        const turn = (this.tails.get(key) ?? Promise.resolve()).then(work);
        this.tails.set(
            key,
            turn.then(
                () => undefined,
                // Its caller hears of it.
                () => undefined,
            ),
        );
        return turn;
    }

    /** Resolves when nothing is left to do. */
    async idle(): Promise<void> {
        for (let known = -1; known !== this.tails.size;) {
            known = this.tails.size;
            await Promise.all(this.tails.values());
        }
    }
}
