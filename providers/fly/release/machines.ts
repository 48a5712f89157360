import { Target } from "../client/machines";
import { WireMachine } from "../client/types";
import { FlyContext } from "../services";
import { LABELS, labelsOf, PROCESS_GROUP, sortMachines, Wanted } from "./plan";
import { Run } from "./rollout";

/** The machines of a group, those that flyctl made for it among them, and those that run a command for it. */
export async function groupMachines(
    { app, group }: Pick<Wanted, "app" | "group">,
    { fly, signal }: Pick<FlyContext, "fly" | "signal">,
    { fresh = false }: { fresh?: boolean } = {},
): Promise<{ serving: readonly WireMachine[]; commands: readonly WireMachine[] }> {
    const all = await (fresh ? fly.machines.look(app, signal) : fly.machines.list(app, signal));
    const serving = all.filter((each) => labelsOf(each)[PROCESS_GROUP] === group);
    const withData = serving.filter(({ config }) => (config?.mounts ?? []).length > 0);
    if (withData.length > 0) {
        throw new Error(
            `machines of the group "${group}" of "${app}" have volumes: ${withData.map(({ id }) => id).join(", ")}\n` +
                "A group's machines are replaced, and their volumes would be left behind: declare each as a Machine.",
        );
    }
    return {
        serving,
        commands: all.filter((each) => {
            const labels = labelsOf(each);
            return labels[LABELS.group] === group && labels[LABELS.release] !== undefined;
        }),
    };
}

/** Ends a machine for good. */
export async function remove({ leases, context }: Run, target: Target): Promise<void> {
    await context.fly.machines.destroy(target, context.signal);
    leases.drop(target);
}

/** A request of a run that was killed may have been answered after this run looked for what it left behind. */
export async function sweep(run: Run, ids: readonly string[]): Promise<void> {
    const { serving } = await groupMachines(run.wanted, run.context, { fresh: true });
    await removeLeft(run, sortMachines(serving, run.wanted, ids).left);
}

/** Removes what an earlier release left behind: nobody else made it. */
export async function removeLeft(run: Run, left: readonly WireMachine[]): Promise<void> {
    const { app } = run.wanted;
    await allOf(
        left.map(async ({ id }) => {
            await remove(run, await run.leases.take({ app, id }, { own: true }));
        }),
    );
}

/** Waits for all, also when one has failed: whoever undoes it must know what is there. */
export async function allOf<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
    const results = await Promise.allSettled(promises);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) {
        throw failed.reason;
    }
    return results.map((result) => (result as PromiseFulfilledResult<Value>).value);
}
