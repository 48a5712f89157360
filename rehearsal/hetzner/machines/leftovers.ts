import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { isNotFound } from "../../../providers/engine/connect";
import { Disks, Machine, unless } from "../../machine";

/** What a host has made is known by. */
export interface Leftovers {
    /** Those of the host: at least one, and nobody else's. */
    readonly labels: Readonly<Record<string, string>>;
    /** That of the host. */
    readonly folder: string;
}

export function volumesOf(folder: string): string {
    return join(folder, "volumes");
}

export function serversOf(folder: string): string {
    return join(folder, "servers");
}

/** Removes servers, volumes with all that is on them, and networks with the labels, as far as they are there. */
export async function removeLeftovers(docker: Docker, { labels, folder }: Leftovers): Promise<void> {
    const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    if (label.length === 0) {
        throw new Error("without a label everything on the engine would be a leftover");
    }
    const containers = await docker.listContainers({ all: true, filters: { label } });
    // A machine before its network card, and both before the disks that it may have mounted.
    const machines = containers.filter(({ HostConfig }) => HostConfig.NetworkMode.startsWith("container:"));
    await Promise.all(machines.map(({ Id }) => new Machine(docker, Id, "").remove()));
    for (const { Id } of containers.filter((each) => !machines.includes(each))) {
        await docker.getContainer(Id).remove({ force: true, v: true }).catch(unless(isNotFound));
    }
    if (existsSync(volumesOf(folder))) {
        await new Disks(docker, volumesOf(folder), labels).removeAll();
    }
    rmSync(volumesOf(folder), { recursive: true, force: true });
    rmSync(serversOf(folder), { recursive: true, force: true });
    for (const { Id } of await docker.listNetworks({ filters: { label } })) {
        await docker.getNetwork(Id).remove();
    }
}
