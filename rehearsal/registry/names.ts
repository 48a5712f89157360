import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../tools/setup/cachedStep";
import { unlessThere } from "./blobs";

/** Which manifests there are in a repository, and what its tags stand for. */
export class NameStore {
    constructor(private readonly folder: string) {
        mkdirSync(folder, { recursive: true });
    }

    /** Makes a manifest one of a repository's, with a tag. */
    set(repository: string, tag: string, digest: string): void {
        for (const reference of [tag, digest]) {
            writeAtomically(this.fileOf(repository, reference), digest);
        }
    }

    /** The digest of what a tag, or a digest, stands for in a repository. */
    async find(repository: string, reference: string): Promise<string | undefined> {
        try {
            return await readFile(this.fileOf(repository, reference), "utf8");
        } catch (error) {
            unlessThere(error);
            return undefined;
        }
    }

    /** One folder for each repository, below no other: a repository's name can begin with another's. */
    private fileOf(repository: string, reference: string): string {
        return join(this.folder, encodeURIComponent(repository), encodeURIComponent(reference));
    }
}
