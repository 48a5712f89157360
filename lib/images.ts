import { ImageReference, parseReference, sameRepository } from "./imageReference";
import { Problem } from "./problems";

/** Which image stands for which reference of the program, as of the last `npm run images -- update`. */
export interface Lock {
    /** By the reference that the program names: `postgres:16` → `postgres:16.14@sha256:…`. */
    readonly images: Readonly<Record<string, string>>;
}

/** The lock of the public registries' images, at the project's root. */
export const LOCK_FILE = "images.lock.json";

/** Three numbers or more, with anything behind a separator: `1.4.2`, `v3.6.0-rc1`, `2026.9.1`, `1.4.2-alpine`. */
const FULL_VERSION = /^v?\d+(\.\d+){2,}([-_.][\w.-]+)?$/;
/** PostgreSQL counts in two numbers since version 10: 16.14 is the whole of it. */
const POSTGRES_VERSION = /^[1-9]\d\.\d+(-[\w.-]+)?$/;
/** A commit's hash, short or whole, perhaps with what it was built from in front: `1a2b3c4`, `main-1a2b3c4`. */
const COMMIT = /^([\w.-]+[-_])?[0-9a-f]{7,40}$/;

/**
 * Checks that a reference always means the same image. A digest does by its nature; a full version and a commit do as long
 * as nobody pushes another image under the same tag, which every registry's users take for a mistake.
 */
export function checkPinned(path: string, reference: string): Problem[] {
    const parsed = parseReference(reference);
    if (parsed === undefined) {
        return [
            {
                path,
                message: `"${reference}" is no reference of an image: [registry/]name[:tag][@sha256:digest]`,
                fix: "Write it as `docker pull` takes it; a digest has 64 hexadecimal digits.",
            },
        ];
    }
    if (isPinned(parsed)) {
        return [];
    }
    const { tag } = parsed;
    const message =
        tag === undefined
            ? `"${reference}" has no tag: that is "latest", another image from one day to the next`
            : `"${reference}" floats: "${tag}" is no full version and no commit, so it may be another image tomorrow`;
    return [{ path, message, fix: `Name ${pinnedForms(parsed, reference)}.` }];
}

function isPinned({ repository, tag = "", digest }: ImageReference): boolean {
    const isPostgres = repository.split("/").at(-1) === "postgres";
    return (
        digest !== undefined ||
        FULL_VERSION.test(tag) ||
        COMMIT.test(tag) ||
        (isPostgres && POSTGRES_VERSION.test(tag))
    );
}

function pinnedForms({ repository, tag }: ImageReference, reference: string): string {
    const name = tag === undefined ? reference : reference.slice(0, -tag.length - 1);
    const version = repository.split("/").at(-1) === "postgres" ? "16.14" : "1.4.2";
    return `a full version (${name}:${version}), a commit (${name}:1a2b3c4) or a digest (${name}@sha256:…)`;
}

/** Reads a lock file, and tells everything that is wrong with it at once; `path` is how the user calls the file. */
export function parseLock(text: string, path: string = LOCK_FILE): { lock: Lock; problems: Problem[] } {
    const images = imagesOf(text);
    if (images === undefined) {
        const message = 'is no lock of images: JSON, { "images": { "<reference>": "<pinned reference>" } }';
        const fix = "Take the file back from git, or remove it; then: npm run images -- update";
        return { lock: { images: {} }, problems: [{ path, message, fix }] };
    }
    const problems = Object.entries(images).flatMap(([reference, pinned]) =>
        checkEntry(path, reference, pinned),
    );
    const entries = Object.entries(images).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return { lock: { images: Object.fromEntries(entries) }, problems };
}

function imagesOf(text: string): Record<string, unknown> | undefined {
    try {
        const parsed: unknown = JSON.parse(text);
        const images = isMap(parsed) ? parsed.images : undefined;
        return isMap(images) ? images : undefined;
    } catch {
        return undefined;
    }
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A slip of the hand here could start another program, or an older database, under a name that looks right. */
function checkEntry(file: string, reference: string, pinned: unknown): Problem[] {
    const path = `${file}: ${reference}`;
    const fix = updateCommand(reference);
    const named = parseReference(reference);
    if (named === undefined) {
        return [{ path, message: `"${reference}" is no reference of an image` }];
    }
    if (typeof pinned !== "string") {
        return [{ path, message: "is no text: the pinned reference stands there", fix }];
    }
    const problems = checkPinned(path, pinned).map((problem) => ({ ...problem, fix }));
    const meant = parseReference(pinned);
    if (meant === undefined || problems.length > 0) {
        return problems;
    }
    if (!sameRepository(named, meant)) {
        return [{ path, message: `"${pinned}" is an image of another name`, fix }];
    }
    const contradicts =
        (named.digest !== undefined && named.digest !== meant.digest) || !narrows(named.tag, meant.tag);
    return contradicts ? [{ path, message: `"${pinned}" is none of "${reference}"`, fix }] : [];
}

/** Whether a tag is the other one or a closer version of it: `16.14-alpine` is a `16-alpine`, `17.1` is no `16`. */
function narrows(wide: string | undefined, narrow: string | undefined): boolean {
    if (wide === undefined || wide === "latest" || narrow === undefined || wide === narrow) {
        return true;
    }
    const version = /^(v?\d+(?:\.\d+)*)(.*)$/;
    const [, wideVersion, wideSuffix] = version.exec(wide) ?? [];
    const [, narrowVersion, narrowSuffix] = version.exec(narrow) ?? [];
    return (
        wideVersion !== undefined &&
        narrowVersion?.startsWith(`${wideVersion}.`) === true &&
        wideSuffix === narrowSuffix
    );
}

/** The image that stands for a reference: the lock's, or the reference itself where it is pinned; undefined for neither. */
export function resolve(lock: Lock, reference: string): string | undefined {
    if (Object.hasOwn(lock.images, reference)) {
        return lock.images[reference];
    }
    return checkPinned("", reference).length === 0 ? reference : undefined;
}

/** Checks that a reference of the program's own has an image in the lock, or needs none. */
export function checkLocked(
    path: string,
    lock: Lock,
    reference: string,
    file: string = LOCK_FILE,
): Problem[] {
    if (resolve(lock, reference) !== undefined) {
        return [];
    }
    const message = `"${reference}" floats, and ${file} has no image for it`;
    return [{ path, message, fix: updateCommand(reference) }];
}

function updateCommand(reference: string): string {
    return `npm run images -- update ${reference}`;
}
