import { LoadResult } from "./load";
import { PeakMemory } from "./measure/memory";

/** One release under load, in milliseconds. */
export interface Release {
    /** From the start of the way's command to its end. */
    readonly ms: number;
    /** From its start until the new container's first good answer to a health check. */
    readonly readyMs?: number;
    /** From the first answer that a client got of the new version until the old container got SIGTERM. */
    readonly drainMs?: number;
    /** What is left of `ms` without those two. */
    readonly aboveMs?: number;
}

/** What an arm came to. */
export interface ArmResult extends LoadResult {
    readonly about: string;
    readonly releases: readonly Release[];
    readonly memory: PeakMemory;
    /** Why it made fewer releases than it should. */
    readonly failure?: string;
}

/** An arm that this machine does not allow. */
export interface SkippedArm {
    readonly about: string;
    readonly skipped: string;
}

/** By arm, in the order in which they ran. */
export type ReleaseResults = Readonly<Record<string, ArmResult | SkippedArm>>;

export function isSkipped(result: ArmResult | SkippedArm): result is SkippedArm {
    return "skipped" in result;
}

/** Moments of one release, in milliseconds since 1970. */
export interface Moments {
    readonly began: number;
    readonly ended: number;
    /** The new container's first good answer to a health check. */
    readonly healthy?: number;
    /** The first answer of the new version that a client got. */
    readonly live?: number;
    /** SIGTERM to the old container. */
    readonly stopped?: number;
}

/** The parts of a release; those of the drain only where the old version serves until the new one does. */
export function releaseOf({ began, ended, healthy, live, stopped }: Moments, drains: boolean): Release {
    const ms = ended - began;
    const readyMs = healthy === undefined ? undefined : healthy - began;
    if (!drains || live === undefined || stopped === undefined) {
        return { ms, readyMs };
    }
    const drainMs = Math.max(0, stopped - live);
    return { ms, readyMs, drainMs, ...(readyMs !== undefined && { aboveMs: ms - readyMs - drainMs }) };
}
