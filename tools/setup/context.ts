import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import tar from "tar-stream";

/** A file or folder that goes into a build context. */
export interface ContextEntry {
    /** Where it lies here. */
    from: string;
    /** Its path in the context. */
    to: string;
    /** Mode of a file; by default its own. */
    mode?: number;
}

/** Packs a build context for the engine: always the same bytes for the same files, whoever owns them. */
export function packContext(entries: ContextEntry[]): Readable {
    const pack = tar.pack();
    const write = async () => {
        for (const entry of entries) {
            await addEntry(pack, entry);
        }
        pack.finalize();
    };
    write().catch((error: unknown) => {
        pack.destroy(error instanceof Error ? error : new Error(String(error)));
    });
    return Readable.from(pack);
}

const unixEpoch = new Date(0);

async function addEntry(pack: tar.Pack, { from, to, mode }: ContextEntry): Promise<void> {
    const stat = fs.lstatSync(from);
    const header = { name: to, mode: mode ?? stat.mode & 0o777, mtime: unixEpoch, uid: 0, gid: 0 };
    if (stat.isSymbolicLink()) {
        pack.entry({ ...header, type: "symlink", linkname: fs.readlinkSync(from) });
    } else if (stat.isDirectory()) {
        pack.entry({ ...header, type: "directory" });
        for (const name of fs.readdirSync(from).sort()) {
            await addEntry(pack, { from: path.join(from, name), to: `${to}/${name}` });
        }
    } else {
        await pipeline(fs.createReadStream(from), pack.entry({ ...header, size: stat.size }));
    }
}
