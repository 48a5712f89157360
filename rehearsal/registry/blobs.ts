import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, ReadStream } from "node:fs";
import { readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Content and what it is known by. */
export interface Blob {
    /** `sha256:` and 64 hexadecimal digits. */
    readonly digest: string;
    readonly size: number;
}

/** Content that came in and is not kept yet. */
export interface StagedBlob extends Blob {
    readonly file: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const CHUNK_BYTES = 1024 * 1024;
const DAY_MS = 24 * 3600_000;
/** Layers of images that were last pushed so long ago are those of recipes that have changed since. */
const KEPT_MS = 30 * DAY_MS;

/** Files that are named after their content: half a file is never among them. */
export class BlobStore {
    private readonly blobs: string;
    private readonly incoming: string;

    constructor(folder: string) {
        this.blobs = join(folder, "blobs");
        this.incoming = join(folder, "incoming");
        [this.blobs, this.incoming].forEach((each) => mkdirSync(each, { recursive: true }));
    }

    /** What is there of a digest; undefined when nothing is, or when it is no digest. */
    async find(digest: string): Promise<Blob | undefined> {
        try {
            return DIGEST.test(digest) ? { digest, size: (await stat(this.fileOf(digest))).size } : undefined;
        } catch (error) {
            unlessThere(error);
            return undefined;
        }
    }

    read(digest: string): ReadStream {
        return createReadStream(this.fileOf(digest), { highWaterMark: CHUNK_BYTES });
    }

    /** Takes content in, to be kept or dropped. */
    async stage(content: Readable): Promise<StagedBlob> {
        const file = join(this.incoming, randomUUID());
        const hash = createHash("sha256");
        let size = 0;
        const measure = async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
                hash.update(chunk);
                size += chunk.length;
                yield chunk;
            }
        };
        await pipeline(content, measure, createWriteStream(file, { highWaterMark: CHUNK_BYTES }));
        return { digest: `sha256:${hash.digest("hex")}`, size, file };
    }

    async keep({ file, digest, size }: StagedBlob): Promise<Blob> {
        await rename(file, this.fileOf(digest));
        return { digest, size };
    }

    async drop({ file }: StagedBlob): Promise<void> {
        await rm(file, { force: true });
    }

    /** Takes in a text and keeps it. */
    async add(text: string): Promise<Blob> {
        return await this.keep(await this.stage(Readable.from([Buffer.from(text)])));
    }

    /** Notes that a blob is still of use; false when it is not there. */
    async use(digest: string): Promise<boolean> {
        const now = new Date();
        try {
            await utimes(this.fileOf(digest), now, now);
            return true;
        } catch (error) {
            unlessThere(error);
            return false;
        }
    }

    /** Removes what has been of no use for a month, and what a run that was killed was taking in a day ago. */
    async prune(now = Date.now()): Promise<void> {
        await removeOlder(this.blobs, now - KEPT_MS);
        await removeOlder(this.incoming, now - DAY_MS);
    }

    private fileOf(digest: string): string {
        return join(this.blobs, digest.slice("sha256:".length));
    }
}

async function removeOlder(folder: string, time: number): Promise<void> {
    for (const name of await readdir(folder)) {
        const file = join(folder, name);
        const { mtimeMs } = await stat(file);
        if (mtimeMs < time) {
            await rm(file, { force: true });
        }
    }
}

/** Throws what went wrong, unless it is that a file is not there. */
export function unlessThere(error: unknown): void {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        throw error;
    }
}
