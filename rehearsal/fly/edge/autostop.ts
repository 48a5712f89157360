import { setTimeout as sleep } from "node:timers/promises";
import type { EdgeMachine, EdgeService } from "../edgeWorld";
import { DEFAULT_SOFT_LIMIT } from "./balance";
import type { Load } from "./load";
import type { View } from "./view";

/** What autostop asks of the books. */
export type Activity = Pick<Load, "inFlight" | "idleSince" | "waiting">;

/**
 * Machines of a service that are stopped now: at most one of each region, as the documentation has it, and none that has
 * a request or had one within the idle time. An app that is waited for keeps all. The minimum holds in the primary region, and in each where none is named.
 */
export function machinesToStop(service: EdgeService, activity: Activity, idleBefore: number): EdgeMachine[] {
    if (service.autostop === "off" || activity.waiting(service.app) > 0) {
        return [];
    }
    const running = service.machines().filter(({ state, cordoned }) => state === "started" && !cordoned);
    return [...new Set(running.map(({ region }) => region))].flatMap((region) => {
        const here = running.filter((machine) => machine.region === region);
        const isPrimary = (service.primaryRegion ?? region) === region;
        const isNeeded = here.length <= (isPrimary ? service.minMachinesRunning : 0);
        return isNeeded || !hasExcess(here, service, activity) ? [] : longestIdle(here, activity, idleBefore);
    });
}

/** Stops idle machines of all services that were asked for, pass after pass, until a signal ends it. */
export async function autostop(
    view: View,
    activity: Activity,
    idleSeconds: number,
    signal: AbortSignal,
    onFailure: (machineId: string, error: unknown) => void,
): Promise<void> {
    const passMs = Math.max(20, (idleSeconds * 1000) / 4);
    // A pass begins when the one before it is over. Waiting ends with an error when the signal comes.
    while (await sleep(passMs, true, { signal }).catch(() => false)) {
        const machines = view
            .services()
            .flatMap((service) => machinesToStop(service, activity, Date.now() - idleSeconds * 1000));
        await Promise.all(
            machines.map(({ id }) => view.stop(id).catch((error: unknown) => onFailure(id, error))),
        );
    }
}

/** Fly's rule: several machines can spare one when another beside it is below its soft limit; a single one when it is unused. */
function hasExcess(machines: readonly EdgeMachine[], service: EdgeService, { inFlight }: Activity): boolean {
    const over = machines.filter(({ id }) => inFlight(id) > (service.softLimit ?? DEFAULT_SOFT_LIMIT));
    return machines.length === 1 || machines.length - (over.length + 1) >= 1;
}

function longestIdle(
    machines: readonly EdgeMachine[],
    activity: Activity,
    idleBefore: number,
): EdgeMachine[] {
    return machines
        .filter(({ id }) => activity.inFlight(id) === 0 && activity.idleSince(id) <= idleBefore)
        .sort((a, b) => activity.idleSince(a.id) - activity.idleSince(b.id))
        .slice(0, 1);
}
