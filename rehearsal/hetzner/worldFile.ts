import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { World } from "./state";

/** The first id is larger than this: ids that are made up are none. */
const FIRST_ID = 4_000_000;

/** The world, kept in a file. It is read once; whoever changes it saves it, whole. */
export class WorldFile {
    readonly world: World;

    /** Without a path the world is kept in memory only. */
    constructor(private readonly path: string | undefined) {
        this.world =
            path !== undefined && existsSync(path)
                ? (JSON.parse(readFileSync(path, "utf8")) as World)
                : { lastId: FIRST_ID, projects: {} };
        interrupt(this.world);
    }

    /** Written beside and renamed: a run that is killed leaves the old world or the new one. */
    save(): void {
        if (this.path !== undefined) {
            writeFileSync(`${this.path}.new`, JSON.stringify(this.world, null, 2), { mode: 0o600 });
            renameSync(`${this.path}.new`, this.path);
        }
    }
}

/** What was under way when the last run ended never comes to an end. */
function interrupt(world: World): void {
    for (const { actions } of Object.values(world.projects)) {
        for (const action of Object.values(actions).filter(({ status }) => status === "running")) {
            action.status = "error";
            action.error = { code: "action_failed", message: "the simulation ended before the action did" };
            action.finished = action.started;
        }
    }
}
