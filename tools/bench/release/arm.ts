import type Docker from "dockerode";
import { Environment } from "../../setup";

/** Labels on the engine. */
export type Labels = Readonly<Record<string, string>>;

/** Labels by which an arm's things are found. */
export interface ArmLabels {
    /** Of everything that it makes. */
    readonly all: Labels;
    /** Of the app's containers: the same, and one more. */
    readonly app: Labels;
}

/** What an arm works with. */
export interface ArmBench {
    readonly docker: Docker;
    readonly environment: Environment;
    /** A folder of the arm's own. */
    readonly folder: string;
    /** Start of every name on the engine. */
    readonly prefix: string;
    readonly labels: ArmLabels;
    /** Port of the loopback address that the arm's proxy is to listen on. */
    readonly port: number;
    readonly signal: AbortSignal;
    readonly say: (line: string) => void;
}

/** A way to release an app, with its proxy and its first version up. */
export interface RunningArm {
    /** What has to be said before a release, and is no part of it. @default nothing */
    prepare?(version: number): Promise<void>;
    /** Takes the app to another version, and ends when this way says that it is done. */
    release(version: number): Promise<void>;
    /** Ends what the labels do not find. @default nothing */
    stop?(): Promise<void>;
}

/** A way to release an app. */
export interface Arm {
    /** What one release of it is, for the reader. */
    readonly about: string;
    /** Labels of all that it makes, and of the app's containers, where it can't have those of the bench. */
    readonly labels?: (prefix: string) => ArmLabels;
    /** Whether a release is done by a command, whose memory is then watched. */
    readonly command: boolean;
    /** Whether the old version serves until the new one does, so that there is a drain to measure. */
    readonly drains: boolean;
    /** Brings the proxy and the first version up; it need not answer yet. */
    start(bench: ArmBench): Promise<RunningArm>;
}

/** Thrown by an arm that this machine does not allow. */
export class NotHere extends Error {}

/** Label of everything that this bench makes; the next run removes what one has left that was killed. */
export const BENCH_LABEL = "berth.bench";
/** Label that says which arm a thing is of. */
export const ARM_LABEL = "berth.bench.arm";

/** The labels of an arm that has no others. */
export function benchLabels(arm: string): ArmLabels {
    const all = { [BENCH_LABEL]: "release", [ARM_LABEL]: arm };
    return { all, app: { ...all, "berth.bench.role": "app" } };
}

/** Labels as the engine's filters take them. */
export function filterOf(labels: Labels): string[] {
    return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

/** Health check of the containers, the same for all arms: often enough that no arm waits for it for long. */
export const CHECK = { intervalSeconds: 1, timeoutSeconds: 2, startPeriodSeconds: 30, retries: 3 };
