import Docker from "dockerode";
import { isConflict, isNotFound } from "./connect";

/** How long a container has to end by itself once it is told to. */
const GRACE_SECONDS = 10;

/** What the engine knows of a container; undefined when there is none. */
export async function find(
    docker: Docker,
    container: string,
): Promise<Docker.ContainerInspectInfo | undefined> {
    try {
        return await docker.getContainer(container).inspect();
    } catch (error) {
        if (isNotFound(error)) {
            return undefined;
        }
        throw error;
    }
}

/** The name of a job's container from the moment that it is to end: whoever finds it takes its exit for no success. */
export function endingName(name: string): string {
    return `${name}-ending`;
}

/**
 * Tells a job's container to end, and sees to it. It loses its name before: a program that exits with 0 when it is told
 * to end has not done its work, and somebody who is interrupted here must not leave one that looks as if it had.
 */
export async function halt(docker: Docker, id: string, name: string): Promise<void> {
    const container = docker.getContainer(id);
    await unless(isNotFound, container.rename({ name: endingName(name) }));
    await unless(isOver, container.stop({ t: GRACE_SECONDS }));
}

/** Removes a container with its nameless volumes. Somebody else may have done so, or be at it. */
export async function remove(docker: Docker, id: string): Promise<void> {
    const container = docker.getContainer(id);
    await unless(
        (error) => isNotFound(error) || isConflict(error),
        container.remove({ force: true, v: true }),
    );
    await unless(isNotFound, container.wait({ condition: "removed" }));
}

/** Ends what an interrupted run may have left at its end, and gives it: it has not been removed. */
export async function findEnding(
    docker: Docker,
    name: string,
): Promise<Docker.ContainerInspectInfo | undefined> {
    const ending = await find(docker, endingName(name));
    if (ending !== undefined) {
        await unless(isOver, docker.getContainer(ending.Id).stop({ t: GRACE_SECONDS }));
    }
    return ending;
}

/** Not there, or not running: the engine's answer to who stops it once more. */
function isOver(error: unknown): boolean {
    return isNotFound(error) || (error instanceof Error && "statusCode" in error && error.statusCode === 304);
}

async function unless(isFine: (error: unknown) => boolean, doing: Promise<unknown>): Promise<void> {
    try {
        await doing;
    } catch (error) {
        if (!isFine(error)) {
            throw error;
        }
    }
}
