import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** The world of a simulated cloud. It is read once from its file; whoever changes it saves it, whole. */
export class WorldFile<World extends object> {
    readonly world: World;

    /** Goes on with what the file holds, else with an empty world. Without a path the world ends with the process. */
    constructor(
        private readonly path: string | undefined,
        empty: World,
    ) {
        this.world = { ...empty, ...(path === undefined ? undefined : (read(path) as World)) };
    }

    /**
     * For its owner alone: there are secrets in it. Written beside and then renamed: whoever reads it, and be it after a
     * crash, finds a whole one.
     */
    save(): void {
        if (this.path !== undefined) {
            const beside = `${this.path}.${process.pid}.new`;
            writeFileSync(beside, `${JSON.stringify(this.world, undefined, 2)}\n`, { mode: 0o600 });
            renameSync(beside, this.path);
        }
    }
}

function read(path: string): unknown {
    try {
        return JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw new Error(`${path} is no world of a simulated cloud`, { cause: error });
    }
}
