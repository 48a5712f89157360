import { buffer } from "node:stream/consumers";
import Docker from "dockerode";
import { extract } from "tar-stream";
import { serverNames } from "../../lib/traefik/servers";
import { ROUTES_FOLDER } from "../../lib/traefik";
import { isNotFound } from "../../providers/engine/connect";
import { STACK_LABEL, Thing } from "./things";

/**
 * The containers, networks and volumes on an engine that say whose they are. Lists tell moments to the second: it counts as
 * its last one, so that nothing counts as older than it is. Where that decides what a container counts as beside `before`,
 * in ms since 1970, the container itself is asked.
 */
export async function thingsOn(docker: Docker, before: number): Promise<Thing[]> {
    const filters = { label: [STACK_LABEL] };
    const [ahead, containers, networks, { Volumes: volumes }] = await Promise.all([
        clockAhead(docker),
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
    ]);
    const listed = containers.map(({ Id, Names, Labels, Created, State }) => ({
        kind: "container" as const,
        id: Id,
        name: Names[0]?.slice(1) ?? Id,
        labels: Labels,
        created: Created * 1000 + LAST_MOMENT - ahead,
        state: State,
    }));
    const exact = listed.map(async (thing) =>
        thing.created < before ? thing : await asked(docker, thing, ahead),
    );
    return [
        ...(await Promise.all(exact)),
        ...networks.map(({ Id, Name, Labels, Created }) => ({
            kind: "network" as const,
            id: Id,
            name: Name,
            labels: Labels ?? {},
            created: Date.parse(Created) - ahead,
        })),
        ...volumes.map((volume) => ({
            kind: "volume" as const,
            id: volume.Name,
            name: volume.Name,
            labels: volume.Labels,
            created: Date.parse((volume as { CreatedAt?: string }).CreatedAt ?? "") + LAST_MOMENT - ahead,
        })),
    ];
}

/** Of a second, in ms. */
const LAST_MOMENT = 999;

/** A container with the very moment of its making; as it is where it is gone meanwhile, or not whole yet. */
async function asked(docker: Docker, thing: Thing, ahead: number): Promise<Thing> {
    try {
        const { Created } = await docker.getContainer(thing.id).inspect();
        return { ...thing, created: Date.parse(Created) - ahead };
    } catch (error) {
        if (isNotFound(error)) {
            return thing;
        }
        throw error;
    }
}

/** How far an engine's clock is ahead of this machine's, in ms: at least that far. */
async function clockAhead(docker: Docker): Promise<number> {
    const { SystemTime } = (await docker.info()) as { SystemTime: string };
    return Date.parse(SystemTime) - Date.now();
}

/** Names of the containers that the routes on a router lead to; the router need not run. */
export async function routedBy(docker: Docker, router: string): Promise<string[]> {
    try {
        const archive = await docker.getContainer(router).getArchive({ path: ROUTES_FOLDER });
        const names: string[] = [];
        const entries = extract();
        entries.end(await buffer(archive));
        for await (const entry of entries) {
            names.push(...serverNames((await buffer(entry)).toString()));
        }
        return names;
    } catch (error) {
        if (isNotFound(error)) {
            return []; // gone meanwhile
        }
        throw error;
    }
}

/** What a database may take to put its files in order; an app that knows how to end takes a moment. */
const STOP_SECONDS = 10;

/** Removes a thing. Whether it is gone: a network or a volume that somebody uses stays. */
export async function removeThing(docker: Docker, { kind, id }: Thing): Promise<boolean> {
    try {
        switch (kind) {
            case "container":
                // Not killed: a database may just be making its first files, which are kept.
                await docker.getContainer(id).stop({ t: STOP_SECONDS }).catch(unless(304));
                // With the nameless volumes that the image declares for itself.
                await docker.getContainer(id).remove({ force: true, v: true });
                break;
            case "network":
                await docker.getNetwork(id).remove();
                break;
            case "volume":
                await docker.getVolume(id).remove();
        }
        return true;
    } catch (error) {
        if (isNotFound(error)) {
            return true;
        }
        // Refused, for somebody uses it: a volume with 409, a network with 403.
        unless(403, 409)(error);
        return false;
    }
}

/** Passes over an answer of the engine that is no failure. */
function unless(...statuses: number[]): (error: unknown) => void {
    return (error) => {
        if (!(
            error instanceof Error &&
            "statusCode" in error &&
            statuses.includes(Number(error.statusCode))
        )) {
            throw error;
        }
    };
}
