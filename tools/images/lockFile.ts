import fs from "node:fs";
import path from "node:path";
import { Lock, parseLock } from "../../lib/images";
import { refuse } from "../../lib/problems";
import { writeAtomically } from "../setup/cachedStep";
import { projectRoot } from "../setup/paths";

/** Reads a lock; one that is not there yet is empty, and a broken one is refused. */
export function readLock(file: string): Lock {
    if (!fs.existsSync(file)) {
        return { images: {} };
    }
    const { lock, problems } = parseLock(fs.readFileSync(file, "utf8"), shown(file));
    refuse("The lock of the images", problems);
    return lock;
}

/** Writes a lock, whole or not at all, always in the same order: git shows what has really changed. */
export function writeLock(file: string, { images }: Lock): void {
    const sorted = Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1));
    writeAtomically(file, `${JSON.stringify({ images: Object.fromEntries(sorted) }, undefined, 2)}\n`);
}

/** A file as the user reads it. */
export function shown(file: string): string {
    const relative = path.relative(projectRoot, file);
    return relative.startsWith("..") ? file : relative;
}
