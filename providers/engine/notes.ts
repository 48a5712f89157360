import { createHash } from "node:crypto";
import Docker from "dockerode";
import { isConflict, isNotFound } from "./connect";
import { IrreversibleChange, isIn, withDeclared } from "./irreversible";

/** By this a volume is known to be a note: nothing is in it, its labels are what counts. */
export const NOTE = { "berth.kind": "irreversible" } as const;

const LABELS = { job: "berth.note.job", image: "berth.note.image", reason: "berth.note.reason" } as const;

/** Whose note it is. */
interface Noted {
    /** Name of the job. */
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Notes on the engine what runs of a job have declared. A container's log would tell it, too, and is gone with it; the
 * state has it only once an update has ended. A note is made in one step and made again without harm, so whoever removes
 * a container may be killed at any moment: its log is there, or the note is. It lies beside the data that was changed.
 */
export async function note(
    docker: Docker,
    { name, labels }: Noted,
    declared: readonly IrreversibleChange[],
): Promise<void> {
    for (const { image, reason } of withDeclared([], declared)) {
        const own = { [LABELS.job]: name, [LABELS.image]: image, [LABELS.reason]: reason };
        const hash = createHash("sha256")
            .update(JSON.stringify([image, reason]))
            .digest("hex");
        await docker.createVolume({
            Name: `${name}-irreversible-${hash.slice(0, 12)}`,
            Labels: { ...labels, ...NOTE, ...own },
        });
    }
}

/** What is noted of a job, the oldest first. */
export async function noted(docker: Docker, name: string): Promise<IrreversibleChange[]> {
    return (await notesOf(docker, name)).map(({ change }) => change);
}

/** Removes the notes of what a state has. */
export async function dropNotes(
    docker: Docker,
    name: string,
    recorded: readonly IrreversibleChange[],
): Promise<void> {
    for (const { volume, change } of await notesOf(docker, name)) {
        if (isIn(change, recorded)) {
            await removeVolume(docker, volume);
        }
    }
}

interface Note {
    readonly volume: string;
    readonly change: IrreversibleChange;
}

async function notesOf(docker: Docker, name: string): Promise<Note[]> {
    const { Volumes: volumes } = await docker.listVolumes({
        filters: { label: [`${LABELS.job}=${name}`] },
    });
    return volumes
        .map((volume) => ({ ...volume, made: (volume as { CreatedAt?: string }).CreatedAt ?? "" }))
        .sort((a, b) => a.made.localeCompare(b.made))
        .map(({ Name, Labels }) => ({
            volume: Name,
            change: { image: Labels[LABELS.image] ?? "", reason: Labels[LABELS.reason] ?? "" },
        }));
}

/** One that somebody has mounted, or has removed, is not ours to wait for. */
async function removeVolume(docker: Docker, volume: string): Promise<void> {
    try {
        await docker.getVolume(volume).remove();
    } catch (error) {
        if (!isNotFound(error) && !isConflict(error)) {
            throw error;
        }
    }
}
