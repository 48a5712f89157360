import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isConflict } from "../client/errors";
import { Target } from "../client/machines";
import { FlyContext } from "../services";

/** A lease ends so soon after its holder died, in seconds; whoever lives holds it for longer in time. */
export const LEASE_SECONDS = 30;
const REFRESH_MS = (LEASE_SECONDS * 1000) / 3;

/** How long somebody else's lease is waited for, in seconds: flyctl's own last as long as a deployment of its own. */
const PATIENCE_SECONDS = 120;

/** Leases on machines: as long as they are held, nobody else changes them. */
export class Leases {
    private readonly held = new Map<string, Target>();
    private readonly description: string;
    private readonly timer: NodeJS.Timeout;

    constructor(private readonly context: FlyContext) {
        this.description = `${context.urn} ${randomUUID()}`;
        this.timer = setInterval(() => {
            for (const target of this.held.values()) {
                this.refresh(target);
            }
        }, REFRESH_MS);
    }

    /** Takes the lease of a machine; the machine as its holder names it. */
    async take({ app, id }: Target): Promise<Target> {
        const until = Date.now() + PATIENCE_SECONDS * 1000;
        for (;;) {
            const nonce = (await this.tryTake({ app, id })) ?? (await this.waitForHolder({ app, id }, until));
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
            const options = { ttlSeconds: LEASE_SECONDS, description: this.description };
            return (await fly.machines.lease(target, options, signal)).data?.nonce;
        } catch (error) {
            if (isConflict(error)) {
                return undefined;
            }
            throw error;
        }
    }

    /** Waits until somebody else's lease ends. One of one's own, whose answer got lost, is taken up. */
    private async waitForHolder(target: Target, until: number): Promise<string | undefined> {
        const { fly, signal, status } = this.context;
        const { data = {} } = await fly.machines.findLease(target, signal).catch(() => ({ data: {} }));
        const { nonce, description, owner = "somebody", expires_at: expires = 0 } = data as Lease;
        if (description === this.description) {
            return nonce;
        }
        if (Date.now() > until) {
            throw new Error(
                `the machine ${target.id} of "${target.app}" is leased by ${owner}${description ? ` (${description})` : ""}: somebody else changes it right now. ` +
                    `Run again when they are done; \`fly machine leases clear ${target.id} -a ${target.app}\` ends a lease that nobody needs.`,
            );
        }
        status(`waiting for the lease that ${owner} has on ${target.id}`);
        const left = Math.min(Math.max(expires * 1000 - Date.now(), 500), LEASE_SECONDS * 1000);
        await sleep(left, undefined, { signal });
        return undefined;
    }

    private refresh(target: Target): void {
        const { fly } = this.context;
        const options = { ttlSeconds: LEASE_SECONDS, description: this.description };
        // A lease that was lost shows at the next change, which the API then refuses.
        fly.machines.lease(target, options, AbortSignal.timeout(REFRESH_MS)).catch(() => undefined);
    }
}

interface Lease {
    readonly nonce?: string;
    readonly description?: string;
    readonly owner?: string;
    readonly expires_at?: number;
}
