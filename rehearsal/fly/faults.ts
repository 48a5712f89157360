/** Something that shall go wrong with one of the next requests. */
export interface Fault {
    /** Name of the action: `machine_create`, `machine_wait`… */
    readonly action: string;
    /** Only requests about this app. @default any */
    readonly app?: string;
    /** How many requests. @default 1 */
    readonly times?: number;
    /**
     * A status that comes instead of acting; `drop-before`: the connection is cut and nothing was done; `drop-after`: it
     * is cut when all is done; `slow`: it takes `ms` longer.
     */
    readonly kind: "429" | "500" | "503" | "drop-before" | "drop-after" | "slow";
    /** Of `slow`. @default 1000 */
    readonly ms?: number;
}

/** Faults that are still to come, first told first served. */
export class Faults {
    private pending: { readonly fault: Fault; left: number }[] = [];

    add(fault: Fault): void {
        this.pending.push({ fault, left: fault.times ?? 1 });
    }

    /** The fault for a request, used up by it. */
    take(action: string, app: string | undefined): Fault | undefined {
        const found = this.pending.find(
            ({ fault }) => fault.action === action && (fault.app === undefined || fault.app === app),
        );
        if (found === undefined) {
            return undefined;
        }
        found.left -= 1;
        this.pending = this.pending.filter(({ left }) => left > 0);
        return found.fault;
    }

    clear(): void {
        this.pending = [];
    }
}
