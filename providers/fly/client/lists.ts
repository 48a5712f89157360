import { FlyError } from "./errors";

/** How long a list answers further questions of the same run, in milliseconds. */
const FRESH_MS = 10_000;

/**
 * Lists that were asked for: a refresh looks at every machine, and one list tells of all. A list is good until something
 * of its app is changed, and for a few seconds.
 */
export class Lists {
    private readonly lists = new Map<string, { readonly at: number; readonly list: Promise<unknown> }>();

    /** The list of that name, asked for anew where there is none fresh enough. */
    get<List>(app: string, kind: string, ask: () => Promise<List>, now = performance.now()): Promise<List> {
        const key = `${app} ${kind}`;
        const known = this.lists.get(key);
        if (known !== undefined && now - known.at < FRESH_MS) {
            return (known.list as Promise<List>).catch((error: unknown) => {
                if (error instanceof FlyError) {
                    throw error;
                }
                // Whoever asked was cancelled, or ran out of time: that ends nobody else's list.
                return this.get(app, kind, ask, now);
            });
        }
        const list = ask();
        this.lists.set(key, { at: now, list });
        // One that failed is no list: the next to ask tries again.
        list.catch(() => {
            this.forget(app);
        });
        return list;
    }

    /** Forgets all about an app: something of it was changed. */
    forget(app: string): void {
        for (const key of this.lists.keys()) {
            if (key.startsWith(`${app} `)) {
                this.lists.delete(key);
            }
        }
    }
}
