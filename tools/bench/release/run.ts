import { setTimeout as delay } from "node:timers/promises";
import { Arm, ArmBench, filterOf, RunningArm } from "./arm";
import { Load } from "./load";
import { Client } from "./load/client";
import { healthyAt } from "./measure/healthy";
import { MemoryWatch } from "./measure/memory";
import { StopWatch } from "./measure/stops";
import { ArmResult, Release, releaseOf } from "./result";

/** Releases in a row. */
export const RELEASES = 10;
/** Requests that begin in a second. With what the websockets say it stays below 200. */
const PER_SECOND = 180;
const SOCKETS = 8;
/** Requests that each arm has to answer at least. */
const LEAST_REQUESTS = 10_500;
/** Requests before the first release, and between two. */
const PAUSE_REQUESTS = 200;
/** How long a released version may take until a client sees it. */
const SEEN_TIMEOUT_MS = 30_000;
const SERVING_TIMEOUT_MS = 60_000;

/** Runs an arm: ten releases under load, at most for so many seconds. */
export async function runArm(arm: Arm, bench: ArmBench, mostSeconds: number): Promise<ArmResult> {
    const running = await arm.start(bench);
    try {
        await untilServing(bench);
        return await measure(arm, running, bench, mostSeconds);
    } finally {
        await running.stop?.();
    }
}

async function measure(
    arm: Arm,
    running: RunningArm,
    bench: ArmBench,
    mostSeconds: number,
): Promise<ArmResult> {
    const { docker, port, labels } = bench;
    const stops = await StopWatch.start(docker, filterOf(labels.app));
    const load = new Load({ port, perSecond: PER_SECOND, sockets: SOCKETS, mostSeconds });
    // Whatever waits for the load ends with it.
    const abort = () => load.kill();
    bench.signal.addEventListener("abort", abort, { once: true });
    const watch = new MemoryWatch(docker, filterOf(labels.all), [load.pid]);
    try {
        const { releases, failure } = await releaseInTurn({ arm, running, bench, load, stops });
        await load.untilRequests(LEAST_REQUESTS);
        const result = await load.stop();
        const { containers, command } = await watch.stop();
        const memory = { containers, ...(arm.command && { command }) };
        return { about: arm.about, ...result, releases, memory, failure };
    } finally {
        bench.signal.removeEventListener("abort", abort);
        load.kill();
        stops.stop();
        await watch.stop();
    }
}

interface Running {
    readonly arm: Arm;
    readonly running: RunningArm;
    readonly bench: ArmBench;
    readonly load: Load;
    readonly stops: StopWatch;
}

/** Releases one version after the other, until one fails or the load has come to its end. */
async function releaseInTurn(one: Running): Promise<Pick<ArmResult, "releases" | "failure">> {
    const { load, bench } = one;
    const releases: Release[] = [];
    for (let version = 1; version <= RELEASES; version++) {
        bench.signal.throwIfAborted();
        if (!(await load.more(PAUSE_REQUESTS))) {
            return { releases, failure: "the time for the load was over" };
        }
        try {
            const release = await releaseOnce(one, version);
            releases.push(release);
            bench.say(`    release ${version} of ${RELEASES}: ${(release.ms / 1000).toFixed(1)} s`);
        } catch (error) {
            bench.signal.throwIfAborted();
            return { releases, failure: (error as Error).message };
        }
    }
    return { releases };
}

async function releaseOnce({ arm, running, bench, load, stops }: Running, version: number): Promise<Release> {
    await running.prepare?.(version);
    const began = Date.now();
    await running.release(version);
    const ended = Date.now();
    if (!(await load.untilAnswered(version, SEEN_TIMEOUT_MS))) {
        throw new Error(`no client has seen version ${version} after its release`);
    }
    const moments = {
        began,
        ended,
        healthy: await healthyAt(bench.docker, filterOf(bench.labels.app), version),
        live: load.firstAnswer(version),
        stopped: stops.since(began),
    };
    return releaseOf(moments, arm.drains);
}

/** Waits for the first good answer through the arm's proxy. */
export async function untilServing({ port, signal }: Pick<ArmBench, "port" | "signal">): Promise<void> {
    const client = new Client(port);
    const deadline = Date.now() + SERVING_TIMEOUT_MS;
    for (;;) {
        const { lost } = await client.ask({
            method: "GET",
            path: "/?n=0",
            expected: "0 seen",
            keepAlive: false,
        });
        if (lost === undefined) {
            return;
        }
        if (Date.now() > deadline) {
            throw new Error(`the first version does not answer on port ${port}: ${lost}`);
        }
        await delay(100, undefined, { signal });
    }
}
