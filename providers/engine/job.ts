import Docker from "dockerode";
import { isNotFound } from "./connect";
import { find, halt, remove, removeEnding } from "./ending";
import { IrreversibleChange } from "./irreversible";
import { containerOf, imageOfContainer, isSameRun, Job } from "./jobContainer";
import { endOf, JobFailure } from "./jobFailure";
import { JobLog } from "./jobLog";
import { watch } from "./jobWatch";
import { AS_ROOT, runsAsRoot } from "./root";
import { EngineContext } from "./services";

/**
 * Runs a job to its end, or waits for the run of it that was left behind. Gives what it declared to be irreversible, and
 * what a failed run before it did.
 */
export async function runJob(job: Job, context: EngineContext): Promise<IrreversibleChange[]> {
    const { docker, signal, log } = context;
    signal.throwIfAborted();
    await removeEnding(docker, job.name);
    const earlier = await find(docker, job.name);
    if (earlier !== undefined && isSameRun(earlier, job)) {
        if (earlier.State.Running) {
            log(`waiting for a run that was left behind: it started at ${earlier.State.StartedAt}`);
            return await watch(earlier.Id, job, context);
        }
        if (endOf(earlier.State, job) === undefined) {
            log(`not run again: it succeeded at ${earlier.State.FinishedAt}, before that was recorded`);
            return await declaredIn(earlier, context);
        }
    }
    const declared = earlier === undefined ? [] : await clear(earlier, job, context);
    const id = await start(job, context);
    return [...declared, ...(await watch(id, job, context))];
}

/** Removes a job's container, whatever it does. */
export async function removeJob(docker: Docker, name: string): Promise<void> {
    await removeEnding(docker, name);
    const container = await find(docker, name);
    if (container !== undefined) {
        await halt(docker, container.Id, name);
        await remove(docker, container.Id);
    }
}

/** Makes room for a new run. What the old one declared would go with its log. */
async function clear(
    earlier: Docker.ContainerInspectInfo,
    { name }: Job,
    context: EngineContext,
): Promise<IrreversibleChange[]> {
    const { docker, log } = context;
    if (earlier.State.Running) {
        log(`stopping a run of ${imageOfContainer(earlier)} that was left behind`);
    }
    await halt(docker, earlier.Id, name);
    const declared = await declaredIn(earlier, context);
    await remove(docker, earlier.Id);
    return declared;
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
    const container = await create(docker, job);
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

async function create(docker: Docker, job: Job): Promise<Docker.Container> {
    try {
        return await docker.createContainer(containerOf(job));
    } catch (error) {
        if (!answered(error)) {
            throw error;
        }
        const missing = isNotFound(error) && /no such image/i.test(error.message);
        throw new JobFailure(
            job,
            missing
                ? `could not be made: the engine has no image ${job.image}`
                : `could not be made: ${error.message}`,
        );
    }
}

/** Whether the engine refused, and said why. */
function answered(error: unknown): error is Error {
    return error instanceof Error && "statusCode" in error;
}
