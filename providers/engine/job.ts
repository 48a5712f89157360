import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { isConflict, isNotFound } from "./connect";
import { endingName, find, findEnding, halt, remove } from "./ending";
import { IrreversibleChange } from "./irreversible";
import { containerOf, imageOfContainer, isSameRun, Job } from "./jobContainer";
import { endOf, JobFailure } from "./jobFailure";
import { JobLog } from "./jobLog";
import { Outcome, watch } from "./jobWatch";
import { note, noted } from "./notes";
import { AS_ROOT, runsAsRoot } from "./root";
import { EngineContext } from "./services";

/**
 * Runs a job to its end, or waits for the run of it that was left behind. What it gives as declared is also what runs
 * before it declared and no state may have.
 */
export async function runJob(job: Job, context: EngineContext): Promise<Outcome> {
    const { docker, signal, log } = context;
    signal.throwIfAborted();
    await clearEnding(job, context);
    const earlier = await find(docker, job.name);
    const left = earlier !== undefined && isSameRun(earlier, job) ? earlier : undefined;
    if (left?.State.Running === true) {
        log(`waiting for a run that was left behind: it started at ${left.State.StartedAt}`);
        return await withNoted(job, context, () => watch(left.Id, job, context));
    }
    if (left !== undefined && endOf(left.State, job) === undefined) {
        log(`not run again: it succeeded at ${left.State.FinishedAt}, before that was recorded`);
        return await withNoted(job, context, async () => ({ declared: await declaredIn(left, context) }));
    }
    if (earlier !== undefined) {
        if (earlier.State.Running) {
            log(`stopping a run of ${imageOfContainer(earlier)} that was left behind`);
        }
        await halt(docker, earlier.Id, job.name);
        await clear(earlier, job, context);
    }
    return await withNoted(job, context, () => attempt(job, context));
}

/**
 * Removes a job's container, whatever it does. What its runs declared stays noted, with what the state has that goes: a
 * deletion may be half of a replacement, and the data that was changed most often stays as well.
 */
export async function removeJob(
    job: Pick<Job, "name" | "labels">,
    recorded: readonly IrreversibleChange[],
    context: EngineContext,
): Promise<void> {
    const { docker } = context;
    await note(docker, job, recorded);
    await clearEnding(job, context);
    const container = await find(docker, job.name);
    if (container !== undefined) {
        await halt(docker, container.Id, job.name);
        await clear(container, job, context);
    }
}

/** What a job's runs have declared so far, as far as the engine knows it. */
export async function declaredSoFar(name: string, context: EngineContext): Promise<IrreversibleChange[]> {
    const { docker } = context;
    const declared = await noted(docker, name);
    for (const each of [endingName(name), name]) {
        const container = await find(docker, each);
        declared.push(...(container === undefined ? [] : await declaredIn(container, context)));
    }
    return declared;
}

/** Removes the container of a run that was told to end by somebody who was interrupted. */
export async function clearEnding(job: Pick<Job, "name" | "labels">, context: EngineContext): Promise<void> {
    const ending = await findEnding(context.docker, job.name);
    if (ending !== undefined) {
        await clear(ending, job, context);
    }
}

/** Removes a container that has ended. What it declared would go with its log. */
async function clear(
    ended: Docker.ContainerInspectInfo,
    job: Pick<Job, "name" | "labels">,
    context: EngineContext,
): Promise<void> {
    await note(context.docker, job, await declaredIn(ended, context));
    await remove(context.docker, ended.Id);
}

async function withNoted(
    { name }: Job,
    { docker }: EngineContext,
    run: () => Promise<Outcome>,
): Promise<Outcome> {
    const before = await noted(docker, name);
    const outcome = await run();
    return { ...outcome, declared: [...before, ...outcome.declared] };
}

async function attempt(job: Job, context: EngineContext): Promise<Outcome> {
    let id: string;
    try {
        id = await start(job, context);
    } catch (error) {
        if (error instanceof CameLate) {
            return await runJob(job, context);
        }
        if (error instanceof JobFailure) {
            return { declared: [], failure: error };
        }
        throw error;
    }
    return await watch(id, job, context);
}

async function declaredIn(
    container: Docker.ContainerInspectInfo,
    context: EngineContext,
): Promise<IrreversibleChange[]> {
    const log = new JobLog(container.Id, imageOfContainer(container), context, { quiet: true });
    await log.finish();
    return log.declared;
}

/** Starts a container for a new run. One that does not start has nothing to tell, and goes. */
async function start(job: Job, { docker, signal }: EngineContext): Promise<string> {
    const container = await create(docker, job, signal);
    try {
        for (const network of job.networks.slice(1)) {
            await docker.getNetwork(network).connect({ Container: container.id });
        }
        if (job.refuseRoot && (await runsAsRoot(docker, await container.inspect()))) {
            throw new JobFailure(job, AS_ROOT);
        }
        signal.throwIfAborted();
        await container.start();
        return container.id;
    } catch (error) {
        // Why it failed is what counts, not that the way back failed, too.
        await remove(docker, container.id).catch(() => undefined);
        throw answered(error) ? new JobFailure(job, `could not be started: ${error.message}`) : error;
    }
}

/** There is a container of the job's name after all. */
class CameLate extends Error {}

const PAUSE_MS = 250;

/** What a name is given to be seen or free again: an engine that is busy took 0.4 s from one to the other. */
const PATIENCE_MS = 10_000;

/**
 * Makes the container. The engine goes on with what somebody asked for who was killed, and takes the name long before the
 * container can be seen: then it is waited for, and `CameLate` is thrown.
 */
async function create(docker: Docker, job: Job, signal: AbortSignal): Promise<Docker.Container> {
    for (const end = Date.now() + PATIENCE_MS; ;) {
        signal.throwIfAborted();
        try {
            return await docker.createContainer(containerOf(job));
        } catch (error) {
            if (isConflict(error) && (await find(docker, job.name)) !== undefined) {
                throw new CameLate();
            }
            if (!isConflict(error) || Date.now() > end) {
                throw notMade(job, error);
            }
        }
        await sleep(PAUSE_MS);
    }
}

function notMade(job: Job, error: unknown): unknown {
    if (!answered(error)) {
        return error;
    }
    const missing = isNotFound(error) && /no such image/i.test(error.message);
    const reason = missing ? `the engine has no image ${job.image}` : error.message;
    return new JobFailure(job, `could not be made: ${reason}`);
}

/** Whether the engine refused, and said why. */
function answered(error: unknown): error is Error {
    return error instanceof Error && "statusCode" in error;
}
