import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { failWhenItDies, inFull, inspect, NotReady } from "./alive";
import { Asking, Question } from "./asking";
import { AS_ROOT, runsAsRoot } from "./root";

/** How a container is waited for. */
export interface Probe extends Question {
    /** Whether a container that runs as root is refused. */
    readonly refuseRoot?: boolean;
    /** How long it has to go on answering, in seconds. @default its first answer will do */
    readonly settleSeconds?: number;
    readonly timeoutSeconds: number;
}

/** Waits until a container answers. Fails with its last log lines as soon as it exits, starts over, or the time is over. */
export async function waitUntilReady(docker: Docker, probe: Probe, cancelled: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = AbortSignal.any([cancelled, over.signal]);
    const asking = new Asking(docker, probe, stop);
    try {
        cancelled.throwIfAborted();
        if (probe.refuseRoot && (await runsAsRoot(docker, await inspect(docker, probe.container)))) {
            throw new NotReady(AS_ROOT);
        }
        await Promise.race([
            asking.untilSteady(probe.settleSeconds ?? 0),
            failWhenItDies(docker, probe.container, stop),
            failWhenLate(probe.timeoutSeconds, asking, stop),
        ]);
    } catch (error) {
        const reason = cancelled.aborted
            ? new NotReady("did not answer before the update was cancelled")
            : error;
        throw await inFull(docker, probe.container, reason);
    } finally {
        over.abort();
    }
}

async function failWhenLate(seconds: number, asking: Asking, stop: AbortSignal): Promise<never> {
    await sleep(seconds * 1000, undefined, { signal: stop });
    throw new NotReady(
        asking.answered
            ? `answered, but not for long: not ready within ${seconds} s${asking.because}`
            : `did not answer within ${seconds} s${asking.because}`,
    );
}
