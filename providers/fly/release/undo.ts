import { Target } from "../client/machines";
import { pause } from "../client/pause";
import { WireMachine } from "../client/types";
import { stopOf } from "../wireConfig";
import { waitUntilHealthy, waitUntilStopped } from "./health";
import { Launched } from "./launch";
import { remove, sweep } from "./machines";
import { Run } from "./rollout";

/** What one release has done so far, so that it can be undone. */
export interface Progress {
    readonly launched: Launched[];
    /** Whether new machines may have got requests. */
    serving: boolean;
    /** Old machines that get no requests any more. */
    readonly cordoned: Retiring[];
}

/** An old machine, leased. */
export interface Retiring {
    readonly target: Target;
    readonly machine: WireMachine;
    /** Whether it was told to stop. */
    stopping: boolean;
}

/** Time for the way back beside its pauses, also when the update was cancelled. */
const UNDO_MS = 60_000;

/**
 * Brings the old machines back and removes the new ones, which finish before what they have begun. The error that led here,
 * with what could not be undone.
 */
export async function undo(
    { context, ...rest }: Run,
    { cordoned, launched, serving }: Progress,
    before: readonly string[],
    error: unknown,
): Promise<unknown> {
    const { settleSeconds, drainSeconds } = rest.rollout;
    const stopSeconds = Math.max(0, ...cordoned.map(({ machine }) => stopOf(machine).timeoutSeconds));
    const signal = AbortSignal.timeout(UNDO_MS + (settleSeconds + drainSeconds + stopSeconds) * 1000);
    const run: Run = { ...rest, context: { ...context, fly: context.fly, signal } };
    context.status("putting everything back");
    const results = await Promise.allSettled(cordoned.map((each) => bringBack(run, each)));
    const isBack = results.every(({ status }) => status === "fulfilled");
    // Where an old machine does not come back, the new ones are all that serves.
    if (!serving || isBack) {
        if (serving) {
            results.push(...(await Promise.allSettled([retreat(run, launched, cordoned.length > 0)])));
        }
        results.push(
            ...(await Promise.allSettled(launched.map((machine) => remove(run, machine)))),
            // A machine whose answer got lost on the way.
            ...(await Promise.allSettled([sweep(run, before)])),
        );
    }
    const failures = results.flatMap((result) =>
        result.status === "rejected" ? [(result.reason as Error).message] : [],
    );
    if (failures.length === 0) {
        return error;
    }
    const message = error instanceof Error ? error.message : String(error);
    const more = [...new Set(failures)].join("\n");
    return new Error(`${message}\nNot all of it could be undone; the next run goes on:\n${more}`, {
        cause: error,
    });
}

async function bringBack({ rollout, context }: Run, { target, machine, stopping }: Retiring): Promise<void> {
    const { fly, signal } = context;
    const timeoutSeconds = rollout.healthyTimeoutSeconds;
    const awaited = { ...target, version: machine.instance_id, timeoutSeconds };
    if (machine.cordoned !== true) {
        await fly.machines.uncordon(target, signal);
    }
    if (stopping) {
        await waitUntilStopped(awaited, context);
        await fly.machines.start(target, signal);
        await waitUntilHealthy(awaited, context);
    }
}

/** The new machines get no more requests and finish what they have, once the old ones are known again. */
async function retreat(
    { rollout, context }: Run,
    machines: readonly Target[],
    wereAway: boolean,
): Promise<void> {
    const { settleSeconds, drainSeconds } = rollout;
    const { fly, signal } = context;
    await pause(wereAway ? settleSeconds * 1000 : 0, signal);
    await Promise.all(machines.map((machine) => fly.machines.cordon(machine, signal)));
    await pause(drainSeconds * 1000, signal);
}
