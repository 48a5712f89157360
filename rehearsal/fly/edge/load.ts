import { EventEmitter, once } from "node:events";

/** What a machine has been sent. */
export interface Served {
    /** Requests and websockets that reached it. */
    readonly requests: number;
    /** Those of them that it left without a whole answer. */
    readonly failures: number;
}

/** A request's place on a machine. */
export interface Slot {
    /** The request has reached the machine. */
    sent(): void;
    /** The machine let the request down. */
    failed(): void;
    /** The request is over; the first call counts. */
    free(): void;
}

interface Account {
    inFlight: number;
    idleSince: number;
    requests: number;
    failures: number;
}

/** The books on what is in flight, and what has been served. */
export class Load {
    private readonly accounts = new Map<string, Account>();
    private readonly waiters = new Map<string, number>();
    private readonly changed = new EventEmitter().setMaxListeners(0);

    /** Requests and open websockets on a machine. */
    readonly inFlight = (machineId: string): number => this.accounts.get(machineId)?.inFlight ?? 0;

    /** When a machine got idle, in milliseconds of the clock; a machine not seen before is idle from now on. */
    idleSince(machineId: string): number {
        return this.accountOf(machineId).idleSince;
    }

    /** Requests to an app that wait for a place. */
    readonly waiting = (app: string): number => this.waiters.get(app) ?? 0;

    /** Counts a machine's idle time from now on, and lets who waits look again: it has just been started. */
    touch(machineId: string): void {
        this.accountOf(machineId).idleSince = Date.now();
        this.changed.emit("changed");
    }

    /** All machines that requests reached, by their id. */
    served(): Record<string, Served> {
        const used = [...this.accounts].filter(([, { requests }]) => requests > 0);
        return Object.fromEntries(used.map(([id, { requests, failures }]) => [id, { requests, failures }]));
    }

    /** Takes a place on a machine. */
    take(machineId: string): Slot {
        const account = this.accountOf(machineId);
        account.inFlight += 1;
        let taken = true;
        return {
            sent: () => (account.requests += 1),
            failed: () => (account.failures += 1),
            free: () => {
                if (taken) {
                    taken = false;
                    account.inFlight -= 1;
                    account.idleSince = Date.now();
                    this.changed.emit("changed");
                }
            },
        };
    }

    /** Waits until there may be a place for a request to an app, or a signal says that the wait is over. */
    async untilChanged(app: string, signal: AbortSignal): Promise<void> {
        this.waiters.set(app, this.waiting(app) + 1);
        // Ends by the signal, too, and that is no error here.
        await once(this.changed, "changed", { signal }).catch(() => undefined);
        this.waiters.set(app, this.waiting(app) - 1);
    }

    private accountOf(machineId: string): Account {
        const known = this.accounts.get(machineId);
        if (known !== undefined) {
            return known;
        }
        const account = { inFlight: 0, idleSince: Date.now(), requests: 0, failures: 0 };
        this.accounts.set(machineId, account);
        return account;
    }
}
