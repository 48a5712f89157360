import type Docker from "dockerode";
import { withoutDigest } from "../../lib/imageReference";
import { Lock } from "../../lib/images";
import { refuse } from "../../lib/problems";
import { askDigests } from "./digests";
import { readLock, writeLock } from "./lockFile";

/** One line of a lock, before and after. */
export interface Change {
    readonly reference: string;
    readonly before: string | undefined;
    readonly after: string;
}

/**
 * Pins references to what the registries say today, and gives what has changed. Either all of them are pinned, or the lock
 * stays as it is and everything that was wrong is said.
 */
export async function updateLock(
    docker: Docker,
    file: string,
    references: readonly string[],
): Promise<Change[]> {
    const before = readLock(file);
    const asked = await askDigests(docker, references);
    refuse(
        "Update of the images",
        asked.flatMap((one) => ("problem" in one ? [one.problem] : [])),
    );
    const pinned = asked.flatMap((one) => ("digest" in one ? [[one.reference, pin(one)] as const] : []));
    const after: Lock = { images: { ...before.images, ...Object.fromEntries(pinned) } };
    const changes = pinned
        .map(([reference, to]) => ({ reference, before: before.images[reference], after: to }))
        .filter((change) => change.before !== change.after);
    if (changes.length > 0) {
        writeLock(file, after);
    }
    return changes;
}

/** The tag stays in front of the digest: the engine goes by the digest, and whoever reads the lock by the tag. */
function pin({ reference, digest }: { reference: string; digest: string }): string {
    return `${withoutDigest(reference)}@${digest}`;
}
