import { buffer } from "node:stream/consumers";
import Docker from "dockerode";
import { extract, pack } from "tar-stream";
import { isNotFound } from "./connect";
import { Owner } from "./owner";

/** A file to put into a container. */
export interface FileToPut {
    readonly name: string;
    readonly content: string;
    /** @default 0o644 */
    readonly mode?: number;
    /** @default 0 */
    readonly uid?: number;
    /** @default 0 */
    readonly gid?: number;
}

/** Puts files into a folder of a container, running or not; mounted volumes work, also under a read-only root. */
export async function putFiles(
    docker: Docker,
    container: string,
    folder: string,
    files: readonly FileToPut[],
): Promise<void> {
    const archive = pack();
    for (const { name, content, mode = 0o644, uid = 0, gid = 0 } of files) {
        archive.entry({ name, mode, ...owned(uid, gid) }, content);
    }
    archive.finalize();
    await docker.getContainer(container).putArchive(await buffer(archive), { path: folder });
}

/** Makes a folder in a container, running or not; one that is there keeps what is in it and gets the owner. */
export async function putFolder(
    docker: Docker,
    container: string,
    parent: string,
    name: string,
    { uid, gid }: Owner,
): Promise<void> {
    const archive = pack();
    archive.entry({ name: `${name}/`, type: "directory", mode: 0o700, ...owned(uid, gid) });
    archive.finalize();
    await docker.getContainer(container).putArchive(await buffer(archive), { path: parent });
}

/** The plain header has room for ids up to 262143 and cuts larger ones off. */
function owned(uid: number, gid: number) {
    return { uid, gid, pax: { uid: String(uid), gid: String(gid) } };
}

/** Content of one file in a container, running or not. Undefined when there is no such file. */
export async function getFile(docker: Docker, container: string, path: string): Promise<string | undefined> {
    try {
        const archive = await docker.getContainer(container).getArchive({ path });
        return await onlyFile(await buffer(archive));
    } catch (error) {
        if (isNotFound(error)) {
            return undefined;
        }
        throw error;
    }
}

async function onlyFile(archive: Buffer): Promise<string | undefined> {
    const entries = extract();
    entries.end(archive);
    let content: string | undefined;
    for await (const entry of entries) {
        content = (await buffer(entry)).toString();
    }
    return content;
}
