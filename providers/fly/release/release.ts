import { Target } from "../client/machines";
import { WireMachine } from "../client/types";
import { pause } from "../client/pause";
import { FlyContext } from "../services";
import { fromWire, toWire } from "../wireConfig";
import { ReleaseCommand, runReleaseCommand } from "./command";
import { waitUntilHealthy, waitUntilStopped } from "./health";
import { launch, Launched } from "./launch";
import { Leases } from "./leases";
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

/** How a new version takes the old one's place. */
export interface Rollout {
    /** How many new machines start at a time; all of them at once is blue-green. */
    readonly batchSize: number;
    readonly command?: ReleaseCommand;
    readonly healthyTimeoutSeconds: number;
    /** From the moment that new machines may get requests until old ones get none: Fly's proxies learn of both in time. */
    readonly settleSeconds: number;
    /** From the last request that an old machine may get until it is told to stop. */
    readonly drainSeconds: number;
}

/** What one release has done so far, so that it can be undone. */
interface Progress {
    readonly launched: Launched[];
    /** Old machines that get no requests any more. */
    readonly cordoned: Retiring[];
}

interface Retiring {
    readonly target: Target;
    readonly machine: WireMachine;
}

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
    try {
        const machines = await groupMachines(wanted, context, { fresh: true });
        const sorted = sortMachines(machines.serving, wanted, known);
        await removeLeft(wanted.app, sorted.left, leases, context);
        const progress: Progress = { launched: [], cordoned: [] };
        try {
            await prepare(wanted, rollout, sorted, machines.commands, leases, context);
            const retiring = await Promise.all(
                sorted.retiring.map(async (machine) => ({
                    machine,
                    target: await leases.take({ app: wanted.app, id: machine.id }),
                })),
            );
            for (const batch of batchesOf(sorted, rollout.batchSize)) {
                const old = retiring.filter(({ machine }) => batch.retiring.includes(machine));
                await advance(wanted, rollout, batch, old, progress, leases, context);
            }
            await finish(retiring, leases, context);
        } catch (error) {
            throw error instanceof Unfinished ? error.cause : await undo(progress, leases, context, error);
        }
        const ids = [...sorted.good, ...progress.launched].map(({ id }) => id);
        if (progress.launched.length > 0) {
            await sweep(wanted, ids, leases, context);
        }
        return ids;
    } finally {
        await leases.release();
    }
}

/** The machines of a group, those that flyctl made for it among them, and those that run a command for it. */
export async function groupMachines(
    { app, group }: Pick<Wanted, "app" | "group">,
    { fly, signal }: Pick<FlyContext, "fly" | "signal">,
    { fresh = false }: { fresh?: boolean } = {},
): Promise<{ serving: readonly WireMachine[]; commands: readonly WireMachine[] }> {
    const all = await (fresh ? fly.machines.look(app, signal) : fly.machines.list(app, signal));
    return {
        serving: all.filter((each) => labelsOf(each)[PROCESS_GROUP] === group),
        commands: all.filter((each) => {
            const labels = labelsOf(each);
            return labels[LABELS.group] === group && labels[LABELS.release] !== undefined;
        }),
    };
}

function labelsOf({ config, incomplete_config: incomplete }: WireMachine): Readonly<Record<string, string>> {
    return (config ?? incomplete)?.metadata ?? {};
}

/** A version is prepared once: machines of it that are there already came after its command. */
async function prepare(
    wanted: Wanted,
    { command }: Rollout,
    { good, missing }: Sorted,
    commands: readonly WireMachine[],
    leases: Leases,
    context: FlyContext,
): Promise<void> {
    if (command !== undefined && good.length === 0 && missing.length > 0) {
        await runReleaseCommand(wanted, command, commands, leases, context);
    }
}

async function advance(
    wanted: Wanted,
    rollout: Rollout,
    { regions }: Batch,
    old: readonly Retiring[],
    progress: Progress,
    leases: Leases,
    context: FlyContext,
): Promise<void> {
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
    await allOf(machines.map((machine) => fly.machines.uncordon(machine, signal)));
    const serving = old.filter(({ machine }) => machine.state === "started" && machine.cordoned !== true);
    if (serving.length > 0 && machines.length > 0) {
        await pause(rollout.settleSeconds * 1000, signal);
    }
    await allOf(
        old.map(async (each) => {
            progress.cordoned.push(each);
            await fly.machines.cordon(each.target, signal);
        }),
    );
    if (serving.length > 0) {
        status(`letting ${count(serving.length)} finish`);
        await pause(rollout.drainSeconds * 1000, signal);
    }
    await allOf(serving.map((each) => stop(each, context)));
}

/** Waits for all, also when one has failed: whoever undoes it must know what is there. */
async function allOf<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
    const results = await Promise.allSettled(promises);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
        throw failed.reason;
    }
    return results.map((result) => (result as PromiseFulfilledResult<Value>).value);
}

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

async function stop({ target, machine }: Retiring, context: FlyContext): Promise<void> {
    const { signal, timeoutSeconds } = fromWire(machine.config ?? {}).stop;
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

async function finish(retiring: readonly Retiring[], leases: Leases, context: FlyContext): Promise<void> {
    try {
        await allOf(retiring.map(({ target }) => remove(target, leases, context)));
    } catch (error) {
        throw new Unfinished("the old machines are still there", { cause: error });
    }
}

async function remove(target: Target, leases: Leases, { fly, signal }: FlyContext): Promise<void> {
    await fly.machines.destroy(target, signal);
    leases.drop(target);
}

/** A request of a run that was killed may have been answered after this run looked for what it left behind. */
async function sweep(
    wanted: Wanted,
    ids: readonly string[],
    leases: Leases,
    context: FlyContext,
): Promise<void> {
    const { serving } = await groupMachines(wanted, context, { fresh: true });
    await removeLeft(wanted.app, sortMachines(serving, wanted, ids).left, leases, context);
}

async function removeLeft(
    app: string,
    left: readonly WireMachine[],
    leases: Leases,
    context: FlyContext,
): Promise<void> {
    await allOf(
        left.map(async ({ id }) => {
            await remove(await leases.take({ app, id }, { own: true }), leases, context);
        }),
    );
}

/** Time for the way back, also when the update was cancelled. */
const UNDO_MS = 60_000;

/** Brings the old machines back and removes the new ones. The error that led here, with what could not be undone. */
async function undo(
    { launched, cordoned }: Progress,
    leases: Leases,
    context: FlyContext,
    error: unknown,
): Promise<unknown> {
    const undoing = { ...context, fly: context.fly, signal: AbortSignal.timeout(UNDO_MS) };
    context.status("putting everything back");
    const back = await Promise.allSettled(cordoned.map((each) => bringBack(each, undoing)));
    const gone = await Promise.allSettled(launched.map((machine) => remove(machine, leases, undoing)));
    const failures = [...back, ...gone].flatMap((result) =>
        result.status === "rejected" ? [(result.reason as Error).message] : [],
    );
    if (failures.length === 0) {
        return error;
    }
    const message = error instanceof Error ? error.message : String(error);
    return new Error(
        `${message}\nNot all of it could be undone; the next run goes on:\n${failures.join("\n")}`,
        {
            cause: error,
        },
    );
}

async function bringBack({ target, machine }: Retiring, { fly, signal }: FlyContext): Promise<void> {
    if (machine.state === "started") {
        await fly.machines.start(target, signal);
    }
    if (machine.cordoned !== true) {
        await fly.machines.uncordon(target, signal);
    }
}

function count(machines: number): string {
    return machines === 1 ? "1 machine" : `${machines} machines`;
}
