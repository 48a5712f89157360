import { existsSync, lstatSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import execa from "execa";
import { GoCaches, goCaches } from "./setup/go";
import { cacheFolder, projectRoot } from "./setup/paths";

/** A user, by numbers. */
export interface User {
    readonly uid: number;
    readonly gid: number;
}

/** Whose a path is by right, and what of it and above it is root's. */
export interface Inheritance {
    readonly heir: User;
    readonly taken: readonly string[];
}

const ROOT = 0;

/**
 * Runs what takes root, and gives back what root has made among somebody else's files, however it ends: a state or a cache
 * that stays root's refuses its owner's next command.
 */
export async function handingBack<T>(action: () => Promise<T>): Promise<T> {
    try {
        return await action();
    } finally {
        if (process.getuid?.() === ROOT) {
            const go = await goCaches().catch(() => undefined);
            await handBack(foldersWrittenTo(process.env, go, lstatSync(projectRoot)));
        }
    }
}

/**
 * Where commands of the project write: itself, its cache, and what the tools that they run keep for a user. A project that
 * root has made for itself stays root's, whoever has the folder that it lies in: there are keys in it.
 */
export function foldersWrittenTo(
    env: NodeJS.ProcessEnv,
    go: GoCaches | undefined,
    { uid }: Pick<User, "uid">,
): string[] {
    const home = homedir();
    return [
        ...(uid === ROOT ? [] : [projectRoot]),
        cacheFolder(env),
        env.npm_config_cache ?? join(home, ".npm"),
        env.PULUMI_HOME ?? join(home, ".pulumi"),
        env.DOCKER_CONFIG ?? join(home, ".docker"),
        // Go counts its own runs there.
        join(env.XDG_CONFIG_HOME ?? join(home, ".config"), "go"),
        ...(go === undefined ? [] : [go.builds, go.modules, join(dirname(go.modules), "sumdb")]),
    ];
}

/** Gives what is root's in folders to whom the folders belong. What is not there, or all root's, is left. */
export async function handBack(folders: readonly string[]): Promise<void> {
    for (const folder of folders.filter(existsSync).map((each) => realpathSync(each))) {
        const found = heirOf(folder, (path) => lstatSync(path));
        if (found === undefined) {
            continue;
        }
        const { heir, taken } = found;
        await give(heir, [folder], "--recursive");
        if (taken.length > 0) {
            await give(heir, taken);
        }
    }
}

/** Only what is root's, and no link's target. What can't be given is told, no more: what was run has its own outcome. */
async function give({ uid, gid }: User, paths: readonly string[], ...options: string[]): Promise<void> {
    const usual = ["--no-dereference", `--from=${ROOT}`, ...options, `${uid}:${gid}`, "--"];
    const { failed, stderr } = await execa("chown", [...usual, ...paths], { reject: false });
    if (failed) {
        process.stderr.write(`Root may have kept some of ${paths.join(", ")}: ${stderr}\n`);
    }
}

/**
 * Whose a path is by right: of whoever has it, or else the nearest folder above it that is not root's. With what root has
 * taken on the way there. Nobody's where all is root's.
 */
export function heirOf(path: string, ownerOf: (path: string) => User): Inheritance | undefined {
    const { uid, gid } = ownerOf(path);
    if (uid !== ROOT) {
        return { heir: { uid, gid }, taken: [] };
    }
    const found = dirname(path) === path ? undefined : heirOf(dirname(path), ownerOf);
    return found && { heir: found.heir, taken: [path, ...found.taken] };
}
