import { pause } from "../client/pause";
import { WireMachine } from "../client/types";
import { FlyContext } from "../services";
import { stopOf, toWire } from "../wireConfig";
import { runReleaseCommand } from "./command";
import { waitUntilHealthy, waitUntilStopped } from "./health";
import { launch } from "./launch";
import { Leases } from "./leases";
import { allOf, groupMachines, remove, removeLeft, sweep } from "./machines";
import {
    Batch,
    batchesOf,
    LABELS,
    labelOf,
    PLATFORM_VERSION,
    PROCESS_GROUP,
    Sorted,
    sortMachines,
    Wanted,
} from "./plan";
import { Rollout, Run } from "./rollout";
import { Progress, Retiring, undo } from "./undo";

/**
 * Brings the machines of a group to what is wanted, and tells their ids. Goes by what is there and not by what was
 * recorded: a run that was cut short anywhere is gone on with. New machines start without requests, have to get healthy,
 * then get requests; only then old ones get none, finish what they have, and stop. Until all of that is done the old ones
 * can come back, and do when it fails.
 */
export async function release(
    wanted: Wanted,
    rollout: Rollout,
    known: readonly string[],
    context: FlyContext,
): Promise<string[]> {
    const leases = new Leases(context);
    const run: Run = { wanted, rollout, leases, context };
    try {
        const machines = await groupMachines(wanted, context, { fresh: true });
        const sorted = sortMachines(machines.serving, wanted, known);
        await removeLeft(run, sorted.left);
        const progress: Progress = { launched: [], serving: false, cordoned: [] };
        const before = [...sorted.good, ...sorted.retiring, ...sorted.lost].map(({ id }) => id);
        try {
            await prepare(run, sorted, machines.commands);
            const retiring = await allOf(
                sorted.retiring.map(async (machine) => ({
                    machine,
                    target: await leases.take({ app: wanted.app, id: machine.id }),
                    stopping: false,
                })),
            );
            for (const batch of batchesOf(sorted, rollout.batchSize)) {
                const old = retiring.filter(({ machine }) => batch.retiring.includes(machine));
                await advance(run, batch, old, progress);
            }
            await finish(run, retiring, sorted.lost);
        } catch (error) {
            throw error instanceof Unfinished ? error.cause : await undo(run, progress, before, error);
        }
        const ids = [...sorted.good, ...progress.launched].map(({ id }) => id);
        if (progress.launched.length > 0) {
            await sweep(run, ids);
        }
        return ids;
    } finally {
        await leases.release();
    }
}

/** A version is prepared once: machines of it that are there already came after its command. */
async function prepare(run: Run, { good, missing }: Sorted, commands: readonly WireMachine[]): Promise<void> {
    const { command } = run.rollout;
    if (command !== undefined && good.length === 0 && missing.length > 0) {
        await runReleaseCommand(run, command, commands);
    }
}

async function advance(
    run: Run,
    { regions }: Batch,
    old: readonly Retiring[],
    progress: Progress,
): Promise<void> {
    const { wanted, rollout, leases, context } = run;
    const { fly, signal, status } = context;
    status(`starting ${count(regions.length)}`);
    const machines = await allOf(
        regions.map(async (region) => {
            const machine = await launch({ ...newMachine(wanted), region }, context);
            progress.launched.push(machine);
            leases.hold(machine);
            await waitUntilHealthy({ ...machine, timeoutSeconds: rollout.healthyTimeoutSeconds }, context);
            return machine;
        }),
    );
    status(`leading requests to ${count(machines.length)}`);
    progress.serving = true;
    await allOf(machines.map((machine) => fly.machines.uncordon(machine, signal)));
    if (machines.length > 0 && old.some(({ machine }) => machine.cordoned !== true)) {
        await pause(rollout.settleSeconds * 1000, signal);
    }
    await allOf(
        old.map(async (each) => {
            progress.cordoned.push(each);
            await fly.machines.cordon(each.target, signal);
        }),
    );
    if (old.length > 0) {
        await drain(run, old);
    }
}

/** Lets old machines finish what they are busy with, and stops them. Autostart may have woken one in the meantime. */
async function drain({ wanted, rollout, context }: Run, old: readonly Retiring[]): Promise<void> {
    const { serving } = await groupMachines(wanted, context, { fresh: true });
    const resting = serving.filter(({ state }) => RESTING.includes(state)).map(({ id }) => id);
    const busy = old.filter(({ target }) => !resting.includes(target.id));
    if (busy.length > 0) {
        context.status(`letting ${count(busy.length)} finish`);
        await pause(rollout.drainSeconds * 1000, context.signal);
    }
    await allOf(busy.map((each) => stop(each, context)));
}

/** States in which a machine is busy with nothing. */
const RESTING = ["created", "stopped", "suspended", "failed"];

function newMachine({ app, group, config, secretsVersion }: Wanted) {
    const secrets = labelOf(secretsVersion);
    const labels = {
        [LABELS.group]: group,
        ...(secrets !== undefined && { [LABELS.secrets]: secrets }),
        [PROCESS_GROUP]: group,
        [PLATFORM_VERSION]: "v2",
    };
    return { app, config: toWire(config, labels), secretsVersion };
}

async function stop(each: Retiring, context: FlyContext): Promise<void> {
    const { target, machine } = each;
    const { signal, timeoutSeconds } = stopOf(machine);
    each.stopping = true;
    await context.fly.machines.stop(target, { signal, timeout: `${timeoutSeconds}s` }, context.signal);
    await waitUntilStopped(
        { ...target, version: machine.instance_id, timeoutSeconds: timeoutSeconds + STOP_MARGIN_SECONDS },
        context,
    );
}

/** What Fly needs beyond the time that the program has. */
const STOP_MARGIN_SECONDS = 30;

/** The new version serves: whatever fails from here on, there is nothing to undo. */
class Unfinished extends Error {}

async function finish(run: Run, retiring: readonly Retiring[], lost: readonly WireMachine[]): Promise<void> {
    const { app } = run.wanted;
    // Their host does not answer; whether Fly takes the request all the same is all that can be hoped for.
    await Promise.allSettled(lost.map(({ id }) => remove(run, { app, id })));
    try {
        await allOf(retiring.map(({ target }) => remove(run, target)));
    } catch (error) {
        throw new Unfinished("the old machines are still there", { cause: error });
    }
}

function count(machines: number): string {
    return machines === 1 ? "1 machine" : `${machines} machines`;
}
