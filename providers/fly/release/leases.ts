import { isConflict, isNotFound } from "../client/errors";
import { Target } from "../client/machines";
import { WireLease } from "../client/types";
import { pause } from "../client/pause";
import { FlyContext } from "../services";

/** A lease ends so soon after its holder died, in seconds; whoever lives holds it for longer in time. */
export const LEASE_SECONDS = 30;
const REFRESH_MS = (LEASE_SECONDS * 1000) / 3;

/** How long somebody else's lease is waited for, in seconds: flyctl's own last as long as a deployment of its own. */
const PATIENCE_SECONDS = 120;

/**
 * Leases on machines: as long as they are held, nobody else changes them. A stack has one update at a time, so that a lease
 * by which the same resource once held a machine is that of a run that was killed: it is taken over.
 */
export class Leases {
    private readonly held = new Map<string, Target>();
    private readonly timer: NodeJS.Timeout;

    constructor(private readonly context: FlyContext) {
        this.timer = setInterval(() => {
            for (const target of this.held.values()) {
                this.refresh(target);
            }
        }, REFRESH_MS);
    }

    /** Takes the lease of a machine; the machine as its holder names it. `own`: one of ours, whose
     * first lease came with it and names nobody. */
    async take({ app, id }: Target, { own = false }: { own?: boolean } = {}): Promise<Target> {
        const until = Date.now() + PATIENCE_SECONDS * 1000;
        for (;;) {
            const nonce =
                (await this.tryTake({ app, id })) ?? (await this.takeOverOrWait({ app, id }, own, until));
            if (nonce !== undefined) {
                return this.hold({ app, id, nonce });
            }
        }
    }

    /** Holds a lease that came with a new machine. */
    hold(target: Target): Target {
        this.held.set(target.id, target);
        return target;
    }

    /** Lets a machine go that is no more. */
    drop({ id }: Target): void {
        this.held.delete(id);
    }

    /** Ends all leases. One that can't be ended ends by itself. */
    async release(): Promise<void> {
        clearInterval(this.timer);
        const signal = AbortSignal.timeout(REFRESH_MS);
        await Promise.allSettled(
            [...this.held.values()].map((target) => this.context.fly.machines.releaseLease(target, signal)),
        );
        this.held.clear();
    }

    private async tryTake(target: Target): Promise<string | undefined> {
        const { fly, signal } = this.context;
        try {
            return (await fly.machines.lease(target, this.options, signal)).data?.nonce;
        } catch (error) {
            if (isConflict(error)) {
                return undefined;
            }
            throw error;
        }
    }

    /** The nonce of a lease of one's own, this run's or an earlier one's; else waits until the holder's lease ends. */
    private async takeOverOrWait(target: Target, own: boolean, until: number): Promise<string | undefined> {
        const { fly, signal, status, urn } = this.context;
        const { data = {} } = await fly.machines.findLease(target, signal).catch(noLease);
        const { nonce, description, owner = "somebody", expires_at: expires = 0 } = data;
        if (description === urn || (own && !description)) {
            return nonce;
        }
        if (Date.now() > until) {
            throw new Error(
                `the machine ${target.id} of "${target.app}" is leased by ${owner}${description ? ` (${description})` : ""}: somebody else changes it right now\n` +
                    `Run again when they are done. A lease that nobody needs is ended by: fly machine leases clear ${target.id} -a ${target.app}`,
            );
        }
        status(`waiting for the lease that ${owner} has on ${target.id}`);
        const left = Math.min(Math.max(expires * 1000 - Date.now(), 500), LEASE_SECONDS * 1000);
        await pause(left, signal);
        return undefined;
    }

    private get options() {
        return { ttlSeconds: LEASE_SECONDS, description: this.context.urn };
    }

    private refresh(target: Target): void {
        const { fly } = this.context;
        // A lease that was lost shows at the next change, which the API then refuses.
        fly.machines.lease(target, this.options, AbortSignal.timeout(REFRESH_MS)).catch(() => undefined);
    }
}

/** It ended in the meantime. */
function noLease(error: unknown): WireLease {
    if (isNotFound(error)) {
        return {};
    }
    throw error;
}
