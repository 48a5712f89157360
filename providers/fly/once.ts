import { FlyError } from "./client/errors";

const TRIES = 4;

/**
 * Makes a thing that there must be one of, although an answer may get lost after the API acted: whenever nobody knows, it
 * is looked for before it is made again. A run that was cut short may have made it, too: `find` comes first, unless the
 * thing can't be older than this run.
 */
export async function makeOnce<Thing>(
    find: () => Promise<Thing | undefined>,
    make: () => Promise<Thing>,
    { isNew = false }: { isNew?: boolean } = {},
): Promise<Thing> {
    for (let attempt = 1; ; attempt += 1) {
        const found = isNew && attempt === 1 ? undefined : await find();
        if (found !== undefined) {
            return found;
        }
        try {
            return await make();
        } catch (error) {
            if (!(error instanceof FlyError) || !error.ambiguous || attempt === TRIES) {
                throw error;
            }
        }
    }
}
