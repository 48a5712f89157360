import type { EdgeMachine, EdgeWorld } from "../edgeWorld";
import { distance, isWanted, Wish } from "./balance";
import type { Load } from "./load";

/** States in which a machine can be woken, and those that lead there. */
const STARTABLE = ["stopped", "suspended"];
const LEAVING = ["stopping", "suspending"];

/** A machine that could not be started is left alone this long. */
const PAUSE_MS = 1000;

/** Wakes machines for requests: each at most once at a time, however many requests wait for it. */
export class Starter {
    private readonly starting = new Map<string, Promise<void>>();
    /** Until when a machine that was woken may take to get healthy, and one that could not be is left alone. */
    private readonly warmUntil = new Map<string, number>();
    private readonly pauseUntil = new Map<string, number>();

    constructor(
        private readonly world: Pick<EdgeWorld, "start">,
        private readonly load: Load,
        private readonly startSeconds: number,
        /** Hears of starts that failed: requests only learn that there was no machine. */
        private readonly onFailure: (machineId: string, error: unknown) => void,
    ) {}

    /** Sees to it that another machine is on its way, and says whether one is. Cordoned machines are left alone. */
    ensure(machines: readonly EdgeMachine[], wish: Wish, primaryRegion?: string): boolean {
        const wanted = machines.filter((machine) => !machine.cordoned && isWanted(machine, wish));
        if (wanted.some((machine) => this.isComing(machine))) {
            return true;
        }
        const startable = wanted.filter(
            ({ id, state }) => STARTABLE.includes(state) && !isBefore(this.pauseUntil.get(id)),
        );
        const machine = nearest(startable, wish, primaryRegion);
        if (machine !== undefined) {
            this.start(machine.id);
        }
        return machine !== undefined || wanted.some(({ state }) => LEAVING.includes(state));
    }

    /** Waits for the starts that are going on. */
    async settled(): Promise<void> {
        await Promise.all(this.starting.values());
    }

    private isComing({ id, state, healthy }: EdgeMachine): boolean {
        const isWarming = state === "started" && !healthy && isBefore(this.warmUntil.get(id));
        return this.starting.has(id) || state === "starting" || isWarming;
    }

    private start(id: string): void {
        this.warmUntil.set(id, Date.now() + this.startSeconds * 1000);
        const start = this.world
            .start(id)
            .catch((error: unknown) => {
                this.pauseUntil.set(id, Date.now() + PAUSE_MS);
                this.onFailure(id, error);
            })
            .finally(() => {
                this.starting.delete(id);
                this.load.touch(id);
            });
        this.starting.set(id, start);
    }
}

/** The closest machine to the request; of equals the one in the app's primary region, then the first. */
function nearest(
    machines: readonly EdgeMachine[],
    wish: Wish,
    primaryRegion?: string,
): EdgeMachine | undefined {
    const far = (machine: EdgeMachine) =>
        2 * distance(machine, wish) + (machine.region === primaryRegion ? 0 : 1);
    return [...machines].sort((a, b) => far(a) - far(b))[0];
}

function isBefore(time: number | undefined): boolean {
    return time !== undefined && Date.now() < time;
}
