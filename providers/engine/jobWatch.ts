import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { find, halt, remove } from "./ending";
import { IrreversibleChange } from "./irreversible";
import { imageOf, Job } from "./jobContainer";
import { endOf, JobFailure, OUTLOOK } from "./jobFailure";
import { JobLog } from "./jobLog";
import { cutLine } from "./jobOutput";
import { note } from "./notes";
import { EngineContext } from "./services";

type State = Docker.ContainerInspectInfo["State"];

/** The log ends with the container. Should it not, or end before, a look each two seconds finds the end. */
const LOOK_MS = 2000;
const FIRST_LOOK_MS = 50;

/** How long the log of a container that has ended may take to arrive. */
const REST_MS = 5000;

/** What became of a run. */
export interface Outcome {
    /** What it declared, however it ended: what cannot be undone was most probably done. */
    readonly declared: readonly IrreversibleChange[];
    /** Why it was no success; undefined where it was one. */
    readonly failure?: JobFailure;
}

/** Waits for the end of a run, and tells its output meanwhile. */
export async function watch(id: string, job: Job, context: EngineContext): Promise<Outcome> {
    const { docker, signal, status } = context;
    const over = new AbortController();
    const output = new JobLog(id, imageOf(job), context);
    status(`running ${cutLine(job.command.join(" "))}`);
    // Why a log can't be read any more shows by the look at its container.
    const told = output.follow(over.signal).catch(() => undefined);
    try {
        const ended = untilEnded(docker, id, told, over.signal);
        const late = untilStopped(job, signal, over.signal);
        const stopped = await Promise.race([ended.then(() => undefined), late]);
        if (stopped !== undefined) {
            await halt(docker, id, job.name);
            await rest(told, output, over);
            await note(docker, job, output.declared);
            await remove(docker, id);
            return { declared: output.declared, failure: new JobFailure(job, stopped, output.last) };
        }
        const state = await ended;
        await rest(told, output, over);
        const failed = endOf(state, job);
        if (failed === undefined) {
            return { declared: output.declared };
        }
        await note(docker, job, output.declared);
        return { declared: output.declared, failure: new JobFailure(job, failed, output.last) };
    } catch (error) {
        return { declared: output.declared, failure: lost(job, output, error) };
    } finally {
        over.abort();
    }
}

function lost(job: Job, { last }: JobLog, error: unknown): JobFailure {
    const reason = `was out of reach while it ran: ${error instanceof Error ? error.message : String(error)}`;
    return new JobFailure(job, reason, last, OUTLOOK.lost, { cause: error });
}

/** How a container ended; undefined when it is gone. Fails as soon as the engine does not answer. */
async function untilEnded(
    docker: Docker,
    id: string,
    told: Promise<void>,
    over: AbortSignal,
): Promise<State | undefined> {
    const pause = (ms: number) => sleep(ms, false, { signal: over });
    const isTold = told.then(() => true);
    for (let ms = FIRST_LOOK_MS, ended = false; ;) {
        // A program may close its outputs long before it ends, and its log ends a moment before the engine knows of it.
        if (ended) {
            await pause(ms);
            ms = Math.min(2 * ms, LOOK_MS);
        } else {
            ended = await Promise.race([isTold, pause(LOOK_MS)]);
        }
        const container = await find(docker, id);
        if (container?.State.Running !== true) {
            return container?.State;
        }
    }
}

/** Why a run is to be stopped, once it is. */
async function untilStopped(
    { timeoutSeconds }: Job,
    cancelled: AbortSignal,
    over: AbortSignal,
): Promise<string> {
    try {
        const signal = AbortSignal.any([cancelled, over]);
        await sleep(timeoutSeconds * 1000, undefined, { signal });
        return `did not end within ${timeoutSeconds} s`;
    } catch (error) {
        if (!cancelled.aborted) {
            throw error;
        }
        const { message } = cancelled.reason as Error;
        return `was stopped: ${message}`;
    }
}

/** Waits for what is still to be told of a container that has ended. */
async function rest(told: Promise<void>, output: JobLog, over: AbortController): Promise<void> {
    await Promise.race([told, sleep(REST_MS, undefined, { ref: false })]);
    over.abort();
    await told;
    await output.finish();
}
