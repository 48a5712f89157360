import fs from "node:fs";
import path from "node:path";
import { plainName, projectName } from "../backend";

/** To write a file takes no time: half of one that is this old was left by a run that died over it. */
const TORN_MS = 10_000;

/**
 * Mends what a run that was killed in the midst of a write has left of a stack's files. The state itself is always whole,
 * the old one or the new one. Beside it stands a note on it (its type, its checksum) which the next run would do without,
 * but not with half of it: Pulumi then says "failed to load checkpoint: EOF" for ever.
 */
export function mendStateFiles(backend: string, stack: string, say: (text: string) => void): void {
    const folder = path.join(backend, ".pulumi/stacks", projectName());
    const state = `${plainName(stack)}.json`;
    const note = path.join(folder, `${state}.attrs`);
    if (fs.existsSync(note) && !isJson(fs.readFileSync(note, "utf8"))) {
        fs.rmSync(note, { force: true });
        say(`  ✓ removed half a file that a run that is gone has left beside the state: ${note}`);
    }
    dropTorn(folder, (name) => name.startsWith(`${state}.`));
}

/** Drops files that were to get their names when they are whole, and never got there. Nobody would miss or remove them. */
function dropTorn(folder: string, isMeant: (name: string) => boolean): void {
    for (const name of filesIn(folder).filter((each) => each.endsWith(".tmp") && isMeant(each))) {
        const file = path.join(folder, name);
        const { mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
        if (Date.now() - mtimeMs > TORN_MS) {
            fs.rmSync(file, { force: true });
        }
    }
}

/** Names of the files in a folder; none where there is no such folder. */
export function filesIn(folder: string): string[] {
    return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}
