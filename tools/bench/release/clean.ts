import Docker from "dockerode";
import { filterOf, Labels } from "./arm";

/** Removes everything on the engine that carries labels: containers, then what they hold on to. Fails when something stays. */
export async function clean(docker: Docker, labels: Labels): Promise<void> {
    const filters = { label: filterOf(labels) };
    await inTurn([
        async () => {
            // In turn: an engine that takes many off one network at the same time may lose count, and keep it for ever.
            const found = await docker.listContainers({ all: true, filters });
            await eachInTurn(found, ({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }));
        },
        async () => {
            const { Volumes: found } = (await docker.listVolumes({ filters })) as Volumes;
            await eachInTurn(found ?? [], ({ Name }) => docker.getVolume(Name).remove());
        },
        async () => {
            const found = await docker.listNetworks({ filters });
            await eachInTurn(found, ({ Id }) => removeNetwork(docker.getNetwork(Id)));
        },
    ]);
}

interface Volumes {
    readonly Volumes: readonly { readonly Name: string }[] | null;
}

/** Removes the images that carry labels, or have a name: in turn, because they share parents, which go with the last one. */
export async function cleanImages(
    docker: Docker,
    filters: { readonly label: readonly string[] } | { readonly reference: readonly string[] },
): Promise<void> {
    const found = await docker.listImages({ filters: JSON.stringify(filters) });
    const names = found.flatMap(({ RepoTags }) =>
        (RepoTags ?? []).filter((name) => name !== "<none>:<none>"),
    );
    await eachInTurn(names, (name) => docker.getImage(name).remove());
}

/** Does something and cleans up: before, for a run that was killed, and behind it, whatever happens. */
export async function between<T>(
    cleanUp: () => Promise<void>,
    say: (line: string) => void,
    action: () => Promise<T>,
): Promise<T> {
    await cleaningUp(cleanUp, say);
    try {
        return await action();
    } finally {
        await cleaningUp(cleanUp, say);
    }
}

/** Cleans up. What can't be removed is said: it is no reason to lose a result, or the reason of a failure. */
export async function cleaningUp(cleanUp: () => Promise<void>, say: (line: string) => void): Promise<void> {
    try {
        await cleanUp();
    } catch (error) {
        say(`  something is left behind, which the next run tries to remove: ${(error as Error).message}`);
    }
}

/** Does one after the other, whatever becomes of one; fails with the first failure. */
export async function inTurn(actions: readonly (() => Promise<unknown>)[]): Promise<void> {
    const failures: unknown[] = [];
    for (const action of actions) {
        await action().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) {
        throw failures[0] as Error;
    }
}

/** Removes things in turn. What is gone already is as good as removed. */
async function eachInTurn<T>(things: readonly T[], remove: (thing: T) => Promise<unknown>): Promise<void> {
    await inTurn(
        things.map((thing) => async () => {
            await remove(thing).catch((error: unknown) => {
                if ((error as { statusCode?: number }).statusCode !== 404) {
                    throw error;
                }
            });
        }),
    );
}

/** A busy engine forgets a container before it has taken it off its network. */
async function removeNetwork(network: Docker.Network): Promise<void> {
    const { Containers: attached } = (await network.inspect()) as { Containers?: Record<string, unknown> };
    await eachInTurn(Object.keys(attached ?? {}), (id) => network.disconnect({ Container: id, Force: true }));
    await network.remove();
}
