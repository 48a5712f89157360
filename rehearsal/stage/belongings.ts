/** What was made and has to go again, the last first. */
export class Belongings {
    private readonly ends: (() => unknown)[] = [];

    /** Notes how something that is there ends. */
    add(end: () => unknown): void {
        this.ends.push(end);
    }

    /** Notes that something has to be stopped; gives it back. */
    own<Thing extends { stop(): unknown }>(thing: Thing): Thing {
        this.add(() => thing.stop());
        return thing;
    }

    /** Ends everything, whatever goes wrong with one of them; throws then. */
    async end(): Promise<void> {
        const errors: unknown[] = [];
        for (const end of this.ends.splice(0).reverse()) {
            try {
                await end();
            } catch (error) {
                errors.push(error);
            }
        }
        if (errors.length > 0) {
            throw new AggregateError(
                errors,
                `not all of the rehearsal ended: ${errors.map(String).join("; ")}`,
            );
        }
    }
}
