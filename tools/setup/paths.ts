import os from "node:os";
import path from "node:path";

/** The project's root, wherever a command is started from. */
export const projectRoot = path.resolve(__dirname, "../..");

/** Folder of this clone's own state and passphrase; git ignores it. */
export const stateFolder = path.join(projectRoot, ".state");

/** What set-up makes and keeps outside the work tree, shared by all clones of one user. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
    if (env.BERTH_CACHE) {
        return path.resolve(env.BERTH_CACHE);
    }
    return path.join(env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "berth");
}
