import { mkdirSync } from "node:fs";
import Docker from "dockerode";
import { refuse } from "../../lib/problems";
import { prepare } from "../../tools/prepare";
import { Environment } from "../../tools/setup";
import { Engine, findEngine, noEngine } from "../../tools/setup/docker";
import { SetupError } from "../../tools/setup/errors";
import { startClean } from "./leftovers";
import { checkRoom, roomOfThisMachine } from "./requirements";

/** A machine that a stage can be set on. */
export interface ReadyMachine {
    readonly docker: Docker;
    readonly environment: Environment;
}

/** How a machine is looked at and made ready. */
export interface Means {
    readonly findEngine: () => Promise<Pick<Engine, "docker" | "host"> | undefined>;
    readonly startClean: typeof startClean;
    readonly roomOf: typeof roomOfThisMachine;
    readonly prepare: () => Promise<Environment>;
}

const MEANS: Means = {
    findEngine: () => findEngine(),
    startClean,
    roomOf: roomOfThisMachine,
    prepare: () => prepare({ quiet: true, machine: true }),
};

/**
 * Makes this machine ready: clears away what a rehearsal that was killed has left, its folder too; sees whether there is
 * room, in this order, for such a rest may hold all of it; then sets up. Takes root, and that no other rehearsal goes on.
 */
export async function readyMachine(folder: string, means = MEANS): Promise<ReadyMachine> {
    const { startClean, roomOf, prepare } = means;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = await localEngine(means);
    if (found !== undefined) {
        await startClean(found, folder);
    }
    refuse("This machine", checkRoom(roomOf(folder)));
    const environment = await prepare();
    if (found !== undefined) {
        return { docker: found, environment };
    }
    const docker = await localEngine(means);
    if (docker === undefined) {
        throw noEngine();
    }
    await startClean(docker, folder);
    return { docker, environment };
}

/** Nothing is cleared away on an engine of another machine: it may be somebody's rehearsal. */
async function localEngine({ findEngine }: Means): Promise<Docker | undefined> {
    const { host, docker } = (await findEngine()) ?? {};
    if (host !== undefined && !host.startsWith("unix://")) {
        throw new SetupError(
            `The Docker engine is at ${host}.`,
            "A rehearsal takes the one of this machine: unset DOCKER_HOST, docker context use default.",
        );
    }
    return docker;
}
