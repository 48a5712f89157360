import type { EdgeMachine, EdgeService } from "../edgeWorld";
import { candidates, choose, isBusy, Wish } from "./balance";
import type { Load, Slot } from "./load";
import { ProxyError } from "./proxyError";
import type { Starter } from "./starter";

/** How long a request waits before the proxy gives up on it. */
export interface Patience {
    /**
     * While no machine could take it and none is being started. The real proxy tries up to 90 times; this is stricter, so
     * that a gap in a release shows. @default 2
     */
    readonly candidateSeconds: number;
    /** While all machines are at their hard limit. The real proxy's figure is not documented. @default 10 */
    readonly queueSeconds: number;
    /** While a machine is being started for it, until that is healthy. @default 30 */
    readonly startSeconds: number;
}

/** A request's search for a machine. */
export interface Search {
    /** When it began, in milliseconds of the clock. */
    readonly since: number;
    /** What the request, or the app that had it before, says of where it is to go. */
    readonly wants: Pick<Wish, "force" | "avoid" | "prefer" | "regions">;
    /** Machines that refused its connection: others come first. */
    readonly tried: Set<string>;
    /** Aborted when the client has gone. */
    readonly signal: AbortSignal;
}

/** A machine that a request goes to, and its place there. */
export interface Place {
    readonly machine: EdgeMachine;
    readonly slot: Slot;
}

/** The platform tells nobody of a change of state, so it is asked this often while a request waits. */
const POLL_MS = 50;

/** Finds a machine for each request, and waits for one where that makes sense. */
export class Dispatcher {
    constructor(
        private readonly load: Load,
        private readonly starter: Starter,
        private readonly region: string,
        private readonly patience: Patience,
    ) {}

    /** Takes a place on the best machine; throws the proxy's own answer when there is none in time. */
    async place(service: EdgeService, search: Search): Promise<Place> {
        for (;;) {
            search.signal.throwIfAborted();
            const machines = service.machines();
            const wish = this.wishOf(service, search);
            const machine = choose(machines, wish, Math.random);
            const starting =
                service.autostart &&
                isBusy(machines, wish) &&
                this.starter.ensure(machines, wish, service.primaryRegion);
            if (machine !== undefined) {
                return { machine, slot: this.load.take(machine.id) };
            }
            const queued = candidates(machines, wish).length > 0;
            if (Date.now() - search.since >= this.secondsFor(queued, starting) * 1000) {
                throw queued ? overloaded(service) : noCandidate(service);
            }
            await this.load.untilChanged(
                service.app,
                AbortSignal.any([search.signal, AbortSignal.timeout(POLL_MS)]),
            );
            // Who refused a connection may be up by now.
            search.tried.clear();
        }
    }

    private wishOf({ softLimit, hardLimit }: EdgeService, { wants, tried }: Search): Wish {
        const load = this.load.inFlight;
        return { ...wants, region: this.region, load, softLimit, hardLimit, excluded: tried };
    }

    private secondsFor(queued: boolean, starting: boolean): number {
        if (queued) {
            return this.patience.queueSeconds;
        }
        return starting ? this.patience.startSeconds : this.patience.candidateSeconds;
    }
}

function overloaded({ app }: EdgeService): ProxyError {
    return new ProxyError(503, "PR01", `all machines of ${app} are at their hard limit`);
}

function noCandidate({ app }: EdgeService): ProxyError {
    return new ProxyError(503, "PR03", `no machine of ${app} could take the request`);
}
