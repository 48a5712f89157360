import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Need } from "./disk";
import { cacheFolder } from "./paths";

/** What a step's result depends on, by name. An undefined value is not known right now and is not compared. */
export type Inputs = Record<string, string | undefined>;

/** A part of the set-up whose result is files, made anew only when what it depends on has changed. */
export interface FileStep {
    /** Name of its stamp in the cache. */
    id: string;
    /** As the user reads it. */
    title: string;
    inputs(): Promise<Inputs>;
    /** Absolute paths of the files that it makes. */
    outputs: string[];
    /** Room it takes while it is made, the downloads of other tools included. */
    needs(): Promise<Need[]>;
    /** Makes the files: each under another name first, then renamed, so that half a file is never taken for a whole one. */
    make(note: (text: string) => void): Promise<void>;
}

interface FileMark {
    path: string;
    size: number;
    mtimeMs: number;
    sha256: string;
}

interface Stamp {
    inputs: Inputs;
    outputs: FileMark[];
}

/** Whether a step's files are there, whole, and made from today's inputs. */
export async function isCurrent(step: FileStep, options: { hashAll?: boolean } = {}): Promise<boolean> {
    const stamp = readStamp(step.id);
    if (stamp === undefined || !sameInputs(stamp.inputs, await step.inputs())) {
        return false;
    }
    const recorded = new Map(stamp.outputs.map((mark) => [mark.path, mark]));
    const checks = step.outputs.map(async (file) => {
        const mark = recorded.get(file);
        return mark !== undefined && (await isWhole(mark, options.hashAll ?? false));
    });
    return (await Promise.all(checks)).every(Boolean);
}

/** Makes a step's files and records what they are. */
export async function makeStep(step: FileStep, note: (text: string) => void): Promise<void> {
    // No stamp is better than one that speaks of files that are being replaced.
    fs.rmSync(stampFile(step.id), { force: true });
    await step.make(note);
    const outputs = await Promise.all(step.outputs.map(markFile));
    writeAtomically(
        stampFile(step.id),
        JSON.stringify({ inputs: await step.inputs(), outputs }, undefined, 2),
    );
}

/** Whether two sets of inputs mean the same result. */
export function sameInputs(recorded: Inputs, now: Inputs): boolean {
    const names = new Set([...Object.keys(recorded), ...Object.keys(now)]);
    return [...names].every(
        (name) => (name in now && now[name] === undefined) || recorded[name] === now[name],
    );
}

/**
 * Size and time of change tell a whole file at once. Reading all of them (300 MB) takes 0.3 s from memory but seconds from
 * a disk that is not warm, so that is done only where they differ from the record, or when asked for.
 */
async function isWhole(mark: FileMark, always: boolean): Promise<boolean> {
    const stat = fs.statSync(mark.path, { throwIfNoEntry: false });
    if (stat?.size !== mark.size) {
        return false;
    }
    if (stat.mtimeMs === mark.mtimeMs && !always) {
        return true;
    }
    return (await sha256(mark.path)) === mark.sha256;
}

async function markFile(file: string): Promise<FileMark> {
    const { size, mtimeMs } = fs.statSync(file);
    return { path: file, size, mtimeMs, sha256: await sha256(file) };
}

async function sha256(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(fs.createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
    return hash.digest("hex");
}

/** A short hash over files and folders: their names below `root`, their content and whether they can be executed. */
export function hashFiles(root: string, names: string[]): string {
    const hash = createHash("sha256");
    for (const name of names.flatMap((entry) => filesBelow(root, entry)).sort()) {
        const file = path.join(root, name);
        const executable = (fs.statSync(file).mode & 0o100) !== 0;
        hash.update(`${name}\0${String(executable)}\0`)
            .update(fs.readFileSync(file))
            .update("\0");
    }
    return hash.digest("hex").slice(0, 16);
}

function filesBelow(root: string, name: string): string[] {
    if (!fs.statSync(path.join(root, name)).isDirectory()) {
        return [name];
    }
    return fs.readdirSync(path.join(root, name)).flatMap((entry) => filesBelow(root, path.join(name, entry)));
}

/** A short hash of a text. */
export function hashText(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Writes a file so that it is either the old or the new one, whenever the machine stops. */
export function writeAtomically(file: string, text: string, mode = 0o644): void {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, text, { mode });
    fs.renameSync(temporary, file);
}

function stampFile(id: string): string {
    return path.join(cacheFolder(), "stamps", `${id}.json`);
}

function readStamp(id: string): Stamp | undefined {
    try {
        return JSON.parse(fs.readFileSync(stampFile(id), "utf8")) as Stamp;
    } catch {
        return undefined; // none, or half of one: made anew either way
    }
}
