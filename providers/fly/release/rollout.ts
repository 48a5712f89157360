import { FlyContext } from "../services";
import { Leases } from "./leases";
import { Wanted } from "./plan";

/** One release that is under way. */
export interface Run {
    readonly wanted: Wanted;
    readonly rollout: Rollout;
    readonly leases: Leases;
    readonly context: FlyContext;
}

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

/** A command that has to succeed before a new version serves. */
export interface ReleaseCommand {
    readonly command: readonly string[];
    readonly timeoutSeconds: number;
}
