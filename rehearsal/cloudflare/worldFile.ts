import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { emptyWorld, WorldState } from "./state";

/** A place where the world outlives the process. */
export interface WorldStore {
    load(): WorldState;
    save(world: WorldState): void;
}

/**
 * Keeps the world in a file of its owner's alone, for there are secrets in it. It is written beside and then renamed:
 * whoever reads it, and be it after a crash, finds a whole one.
 */
export function worldFile(path: string): WorldStore {
    return {
        load: () => {
            try {
                return { ...emptyWorld(), ...(JSON.parse(readFileSync(path, "utf8")) as WorldState) };
            } catch (error) {
                if (isMissing(error)) {
                    return emptyWorld();
                }
                throw new Error(`${path} is no world of the simulated Cloudflare`, { cause: error });
            }
        },
        save: (world) => {
            const beside = `${path}.${process.pid}.new`;
            writeFileSync(beside, `${JSON.stringify(world, undefined, 2)}\n`, { mode: 0o600 });
            renameSync(beside, path);
        },
    };
}

/** A world that ends with the process. */
export function worldInMemory(): WorldStore {
    return { load: emptyWorld, save: () => undefined };
}

function isMissing(error: unknown): boolean {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
}
