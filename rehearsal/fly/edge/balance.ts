import type { EdgeMachine } from "../edgeWorld";

/** Fly's own figure for a service that names no soft limit. */
export const DEFAULT_SOFT_LIMIT = 20;

/** What decides between machines, beside the machines themselves. */
export interface Wish {
    /** Region in which the request came in: its machines are the closest. */
    readonly region: string;
    /** Requests in flight on a machine, by its id. */
    readonly load: (machineId: string) => number;
    /** @default DEFAULT_SOFT_LIMIT */
    readonly softLimit?: number;
    /** @default none */
    readonly hardLimit?: number;
    /** Machines that this request shall not be sent to (any more). */
    readonly excluded?: ReadonlySet<string>;
    /** Any machine but this one will do. */
    readonly avoid?: string;
    /** Only this machine will do. */
    readonly force?: string;
    /** This machine rather than another. */
    readonly prefer?: string;
    /** Only machines in one of these regions will do, an earlier one rather than a later one; `any` is every region. */
    readonly regions?: readonly string[];
}

/** Whether a machine may get new requests at all. */
function isRoutable({ state, cordoned, healthy, address }: EdgeMachine): boolean {
    return state === "started" && !cordoned && healthy && address !== "";
}

/** Machines that a request may be sent to if they have room for it. */
export function candidates(machines: readonly EdgeMachine[], wish: Wish): EdgeMachine[] {
    return machines.filter(
        (machine) =>
            isRoutable(machine) && isWanted(machine, wish) && wish.excluded?.has(machine.id) !== true,
    );
}

/** Whether a request's own wish allows a machine, whatever state it is in. */
export function isWanted(machine: EdgeMachine, { force, avoid, regions }: Wish): boolean {
    const isOne = (force === undefined || machine.id === force) && machine.id !== avoid;
    return isOne && (regions === undefined || rank(machine, regions) >= 0);
}

/**
 * The machine for a request: the preferred one; else of the closest region with room the least loaded, those below the
 * soft limit first. Undefined when none has room. Equals are told apart by `random`, a number from 0 up to 1.
 */
export function choose(
    machines: readonly EdgeMachine[],
    wish: Wish,
    random: () => number,
): EdgeMachine | undefined {
    const free = candidates(machines, wish).filter(({ id }) => wish.load(id) < (wish.hardLimit ?? Infinity));
    const preferred = free.find(({ id }) => id === wish.prefer);
    if (preferred !== undefined) {
        return preferred;
    }
    const closest = lowest(free, (machine) => distance(machine, wish));
    // All have the same soft limit: the least loaded is over it only where the others are.
    const idlest = lowest(closest, ({ id }) => wish.load(id));
    return idlest[Math.floor(random() * idlest.length)];
}

/** Whether all machines that could take a request are at their soft limit, or there is none. */
export function isBusy(machines: readonly EdgeMachine[], wish: Wish): boolean {
    return candidates(machines, wish).every(({ id }) => wish.load(id) >= softLimitOf(wish));
}

/** How far a machine is from a request; the request's own order of regions counts first. */
export function distance(machine: EdgeMachine, { region, regions = [] }: Wish): number {
    return 2 * Math.max(0, rank(machine, regions)) + (machine.region === region ? 0 : 1);
}

function rank({ region }: EdgeMachine, regions: readonly string[]): number {
    return regions.findIndex((wanted) => wanted === region || wanted === "any");
}

function softLimitOf({ softLimit = DEFAULT_SOFT_LIMIT }: Wish): number {
    return softLimit;
}

function lowest(machines: readonly EdgeMachine[], measure: (machine: EdgeMachine) => number): EdgeMachine[] {
    const least = Math.min(...machines.map(measure));
    return machines.filter((machine) => measure(machine) === least);
}
