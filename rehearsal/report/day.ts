import type { Exposure, PlatformName } from "../../stacks/environment";

/** What was counted or seen, by its label: `{ requests: 3120, lost: 0, "p95 ms": 14 }`. */
export type Figures = Readonly<Record<string, number | string | boolean>>;

/** One thing that an act looked at. */
export interface StepReport {
    readonly text: string;
    readonly ok: boolean;
    /** Milliseconds. @default not told */
    readonly ms?: number;
}

/** One act of the day. */
export interface ActReport {
    /** What `--act` takes: `broken-release`. */
    readonly name: string;
    /** What happens in it: `A broken release harms nobody`. */
    readonly title: string;
    /** Undefined when it was not run. */
    readonly ok: boolean | undefined;
    /** Milliseconds. */
    readonly ms: number;
    /** `requests` and `lost` together mean a load of which nothing may be lost: the day's sums are made of these. */
    readonly figures: Figures;
    /** What was seen, one by one. */
    readonly steps: readonly StepReport[];
    /**
     * What went wrong, in one or more lines; of an act that was not played why. Secrets are masked already.
     * @default nothing went wrong
     */
    readonly error?: string;
}

/** A system of the stack, as far as a picture needs it. */
export interface SystemReport {
    readonly name: string;
    readonly platform: PlatformName;
    readonly apps: readonly {
        readonly name: string;
        readonly urls: readonly string[];
        readonly replicas: number;
    }[];
    /** What it keeps data in, by the name of the kind first: `Postgres 16: auth, l2p`, `Redis 7`. */
    readonly data: readonly string[];
    /** How its hosts are reached on the stack's own server. Fly has its own way. */
    readonly exposure: Exposure;
}

/** The machine that the rehearsal ran on. */
export interface MachineReport {
    readonly cpus: number;
    readonly memoryMb: number;
    readonly kernel: string;
}

/** A whole rehearsal. */
export interface DayReport {
    /** The stack that was rehearsed: `prod`. */
    readonly stack: string;
    /** Commit of the program. @default not told */
    readonly commit?: string;
    /** ISO 8601. */
    readonly startedAt: string;
    /** Milliseconds from the first line to the last. */
    readonly ms: number;
    readonly machine: MachineReport;
    /** Milliseconds from nothing to all systems serving. @default not told */
    readonly servingMs?: number;
    /** In the order in which they were played. */
    readonly acts: readonly ActReport[];
    readonly systems: readonly SystemReport[];
}

/** What became of the day as a whole. */
export interface DaySum {
    readonly passed: number;
    /** Acts that were played. */
    readonly played: number;
    readonly failed: readonly ActReport[];
    readonly requests: number;
    readonly lost: number;
    /** Whether something was played, all of it went well, and nothing was lost. */
    readonly ok: boolean;
}

/** Sums a day up. */
export function sumOf({ acts }: Pick<DayReport, "acts">): DaySum {
    const played = acts.filter(({ ok }) => ok !== undefined);
    const failed = played.filter(({ ok }) => ok === false);
    const loads = played.flatMap(({ figures: { requests, lost } }) =>
        typeof requests === "number" && typeof lost === "number" ? [{ requests, lost }] : [],
    );
    const lost = loads.reduce((sum, each) => sum + each.lost, 0);
    return {
        passed: played.length - failed.length,
        played: played.length,
        failed,
        requests: loads.reduce((sum, each) => sum + each.requests, 0),
        lost,
        ok: played.length > 0 && failed.length === 0 && lost === 0,
    };
}
