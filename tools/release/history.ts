import { execFileSync } from "node:child_process";
import { AppName, imageAt } from "./stackFile";

/** A line of every commit that a release makes: by it, they are told from people's. `pulumi.yml` looks for it, too. */
export const RELEASE_MARK = "Release-of: ";

/** Runs git in a work tree and gives back what it prints. */
export function git(root: string, ...args: string[]): string {
    return execFileSync("git", args, {
        cwd: root,
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
        stdio: ["ignore", "pipe", "pipe"],
    }).trim();
}

/**
 * Images that a stack's file has set for an app, oldest first, as the branch itself has had them: what a merged branch went
 * through on its way was never deployed.
 */
export function imageHistory(root: string, file: string, at: AppName): string[] {
    const commits = git(root, "log", "--first-parent", "--reverse", "--format=%H", "--", file);
    return commits
        .split("\n")
        .filter((commit) => commit !== "")
        .map((commit) => imageIn(root, `${commit}:${file}`, at))
        .filter((image) => image !== undefined);
}

/** A commit that removed or broke the file says nothing of what ran. */
function imageIn(root: string, object: string, at: AppName): string | undefined {
    try {
        return imageAt(git(root, "show", object), at);
    } catch {
        return undefined;
    }
}

/**
 * The image before the present one. An image that comes back takes what came after it out of the account: it was put back
 * because that was no good. So a rollback never ends at a release that had failed, and two rollbacks go two images back.
 */
export function previousImage(history: readonly string[]): string | undefined {
    const kept: string[] = [];
    for (const image of history) {
        const before = kept.indexOf(image);
        if (before === -1) {
            kept.push(image);
        } else {
            kept.length = before + 1;
        }
    }
    return kept.at(-2);
}

/**
 * The commit whose tests stand for a work tree: the newest one that is more than a release, whether it changed something
 * else or set an image by hand. Undefined where there is none.
 */
export function testedBy(root: string, file: string): string | undefined {
    const newest = (...args: string[]) => git(root, "rev-list", "--first-parent", "--max-count=1", ...args);
    const others = newest("HEAD", "--", ".", `:(exclude)${file}`);
    const since = others === "" ? "HEAD" : `${others}..HEAD`;
    const byHand = newest("--invert-grep", `--grep=^${RELEASE_MARK}`, since, "--", file);
    return [byHand, others].find((commit) => commit !== "");
}
