import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { BlobStore, StagedBlob } from "./blobs";

const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Takes layers out of an archive of `docker save`, wherever in it they lie: engines lay it out in different ways, but each
 * layer is a file of it, and known by what it holds. They are kept as they are, which is not compressed: whoever pulls
 * them has nothing to decompress. An engine that keeps them compressed has them decompressed here.
 */
export async function takeLayers(
    archive: NodeJS.ReadableStream,
    wanted: ReadonlySet<string>,
    blobs: BlobStore,
): Promise<void> {
    const entries = extract();
    const fed = pipeline(archive, entries);
    // What breaks while entries are read is thrown there; the same must not be an error that nobody hears.
    fed.catch(() => undefined);
    for await (const entry of entries) {
        if (entry.header.type === "file") {
            await take(await blobs.stage(Readable.from(entry)), wanted, blobs);
        } else {
            entry.resume();
        }
    }
    await fed;
}

async function take(staged: StagedBlob, wanted: ReadonlySet<string>, blobs: BlobStore): Promise<void> {
    if (wanted.has(staged.digest)) {
        await blobs.keep(staged);
        return;
    }
    try {
        if (await isCompressed(staged)) {
            const content = createReadStream(staged.file).pipe(createGunzip());
            await take(await blobs.stage(content), wanted, blobs);
        }
    } finally {
        await blobs.drop(staged);
    }
}

async function isCompressed({ file }: StagedBlob): Promise<boolean> {
    const opened = await open(file);
    try {
        const { buffer, bytesRead } = await opened.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
        return buffer.subarray(0, bytesRead).equals(GZIP);
    } finally {
        await opened.close();
    }
}
