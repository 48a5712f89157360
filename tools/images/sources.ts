import path from "node:path";
import { LOCK_FILE } from "../../lib/images";
import { SetupError } from "../setup/errors";
import { projectRoot, stateFolder } from "../setup/paths";
import { standIns } from "../setup/standIns";
import { World } from "../setup/world";
import { readLock } from "./lockFile";
import { namedByProgram } from "./named";

/** Where images come from, with the lock that says what they are there. */
export interface Source {
    readonly lockFile: string;
    /** Everything that is to be locked, in order. */
    references(): Promise<string[]>;
}

const publicLock = path.join(projectRoot, LOCK_FILE);

/** The lock of the images that set-up makes itself: they are other ones on every machine, so git ignores it. */
export const kitLock = path.join(stateFolder, LOCK_FILE);

/** The source that a lock is named for, else the usual one of this world. */
export function sourceOf(world: World, lockOption: string | undefined): Source {
    const usual = world === "online" ? publicLock : kitLock;
    const lockFile = lockOption === undefined ? usual : path.resolve(projectRoot, lockOption);
    const ofKit = () => Promise.resolve(standIns.map(({ reference }) => reference).sort());
    return { lockFile, references: lockFile === kitLock ? ofKit : () => programReferences(lockFile) };
}

/** Stand-ins never get into the lock that is committed: their digests mean nothing to anybody else. */
export function refuseForeignDigests(world: World, { lockFile }: Source): void {
    if (world === "air-gapped" && lockFile === publicLock) {
        throw new SetupError(
            `${LOCK_FILE} is the lock of the public registries, and none of them is reachable here.`,
            "Update it where they are; the stand-ins have a lock of their own: npm run images -- update",
        );
    }
}

/** What the lock has, and what the program names beside it. */
async function programReferences(lockFile: string): Promise<string[]> {
    const { images } = readLock(lockFile);
    const known = new Set([...Object.keys(images), ...Object.values(images)]);
    const missing = (await namedByProgram()).filter((reference) => !known.has(reference));
    return [...Object.keys(images), ...missing].sort();
}
