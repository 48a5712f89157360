import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { findProgram, run } from "./command";
import { projectRoot, stateFolder } from "./paths";

/** The stack file that git tracks although Pulumi writes this clone's salt into it. */
const trackedStackFile = "Pulumi.dev.yaml";
const saltLine = /^encryptionsalt:.*\n?/m;
const filterName = "filter.berth-salt";

/** Absolute path of this clone's passphrase. */
export function passphraseFile(folder = stateFolder): string {
    return path.join(folder, "passphrase");
}

/**
 * Makes the folder for the local backend and the passphrase that its secrets are encrypted with. An existing passphrase is
 * never overwritten: without it nothing in the state can be read.
 */
export function ensurePassphrase(folder = stateFolder, root = projectRoot): "kept" | "generated" {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = passphraseFile(folder);
    if (fs.existsSync(file)) {
        return "kept";
    }
    // Whole under another name first: half a passphrase would be kept for ever.
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, randomBytes(32).toString("base64url"), { mode: 0o600 });
    fs.linkSync(temporary, file);
    fs.rmSync(temporary);
    dropSalt(path.join(root, trackedStackFile));
    return "generated";
}

/** A salt that belongs to another clone's passphrase would make Pulumi refuse this one's. */
function dropSalt(file: string): void {
    if (!fs.existsSync(file)) {
        return;
    }
    const text = fs.readFileSync(file, "utf8");
    if (saltLine.test(text)) {
        fs.writeFileSync(file, text.replace(saltLine, ""));
    }
}

/** Tells git to leave the salt out of what it compares and commits (.gitattributes names the filter). */
export async function ensureGitFilter(root = projectRoot): Promise<void> {
    const git = findProgram("git");
    if (git === undefined || !fs.existsSync(path.join(root, ".git"))) {
        return;
    }
    const wanted = { clean: "sed /^encryptionsalt:/d", smudge: "cat" };
    for (const [key, value] of Object.entries(wanted)) {
        const name = `${filterName}.${key}`;
        const options = { cwd: root, purpose: "looking at git's settings" };
        const current = await run(git, ["config", "--local", "--default", "", "--get", name], options);
        if (current.trim() !== value) {
            await run(git, ["config", "--local", name, value], {
                ...options,
                purpose: "setting git's filter",
            });
        }
    }
}

/**
 * Pulumi has put the salt into the file: to the filter nothing has changed, but git would still list the file as modified,
 * because its size is another. Git is told to look again, and only where the content it would commit is the same.
 */
export async function settleGit(root = projectRoot): Promise<void> {
    const git = findProgram("git");
    if (git === undefined || !fs.existsSync(path.join(root, ".git"))) {
        return;
    }
    const options = { cwd: root, purpose: "looking whether git sees a change" };
    try {
        await run(git, ["ls-files", "--error-unmatch", trackedStackFile], options);
        await run(git, ["diff", "--quiet", "--", trackedStackFile], options);
        await run(git, ["update-index", trackedStackFile], options);
    } catch {
        // Not tracked, or really changed, or another git is at work: what `git status` shows is right, or cosmetic.
    }
}
