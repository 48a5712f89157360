import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { isConflict } from "./connect";
import { exec } from "./exec";
import { lastLines } from "./logs";

/** How a container is asked, and for how long. */
export interface Probe {
    readonly container: string;
    /** Asked for by `from`. */
    readonly url?: string;
    readonly from?: string;
    /** Run in the container itself. */
    readonly command?: readonly string[];
    readonly timeoutSeconds: number;
}

const PAUSE_MS = 250;

/** One round of asking in the asking container: it ends by itself, so that nothing is left behind when the wait is over. */
const ROUND = `timeout 5 sh -c 'until timeout 2 wget -q -O /dev/null "$URL"; do sleep 0.25; done' 2>/dev/null`;

/** Waits until a container answers. Fails with its last log lines as soon as it exits, starts over, or the time is over. */
export async function waitUntilReady(docker: Docker, probe: Probe, cancelled: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = AbortSignal.any([cancelled, over.signal]);
    try {
        const died = failWhenItDies(docker, probe.container, stop);
        const late = failWhenLate(probe.timeoutSeconds, stop);
        const cancel = failWhenCancelled(cancelled, stop);
        await Promise.race([answers(docker, probe, stop), died, late, cancel]);
    } catch (error) {
        const lines = await lastLines(docker, probe.container);
        throw new Error(`${await nameOf(docker, probe.container)} ${messageOf(error)}${quote(lines)}`, {
            cause: error,
        });
    } finally {
        over.abort();
    }
}

async function answers(docker: Docker, probe: Probe, stop: AbortSignal): Promise<void> {
    const ask = probe.url === undefined ? askInside(docker, probe) : askFromOutside(docker, probe);
    while (!stop.aborted && !(await ask())) {
        await sleep(PAUSE_MS);
    }
}

function askInside(docker: Docker, { container, command = [] }: Probe): () => Promise<boolean> {
    return () => succeeds(exec(docker, container, command));
}

function askFromOutside(docker: Docker, { from = "", url = "" }: Probe): () => Promise<boolean> {
    return () => succeeds(exec(docker, from, ["sh", "-c", ROUND], { env: { URL: url } }));
}

/** A container that is not running can't be asked; whether that is the end is for the others to say. */
async function succeeds(running: ReturnType<typeof exec>): Promise<boolean> {
    try {
        return (await running).exitCode === 0;
    } catch (error) {
        if (isConflict(error)) {
            return false;
        }
        throw error;
    }
}

async function failWhenItDies(docker: Docker, container: string, stop: AbortSignal): Promise<never> {
    // Subscribed before the first look, so that no death falls between the two.
    const events = await docker.getEvents({
        filters: { container: [container], event: ["die"] },
        abortSignal: stop,
    });
    events.on("error", () => undefined);
    const { State, RestartCount } = await docker.getContainer(container).inspect();
    if (State.Restarting) {
        throw new Error(
            `starts over and over: it exited with code ${State.ExitCode}, ${RestartCount} times started anew`,
        );
    }
    if (!State.Running) {
        throw new Error(`does not run: it exited with code ${State.ExitCode}`);
    }
    const [event] = (await once(events, "data", { signal: stop })) as [Buffer];
    const { Actor } = JSON.parse(event.toString().split("\n", 1)[0] ?? "{}") as {
        Actor?: { Attributes?: { exitCode?: string } };
    };
    throw new Error(`exited with code ${Actor?.Attributes?.exitCode ?? "unknown"} before it answered`);
}

async function failWhenLate(timeoutSeconds: number, stop: AbortSignal): Promise<never> {
    await sleep(timeoutSeconds * 1000, undefined, { signal: stop });
    throw new Error(`did not answer within ${timeoutSeconds} s`);
}

async function failWhenCancelled(cancelled: AbortSignal, stop: AbortSignal): Promise<never> {
    if (!cancelled.aborted) {
        await once(cancelled, "abort", { signal: stop }).catch(() => undefined);
    }
    cancelled.throwIfAborted();
    return await new Promise<never>(() => undefined);
}

async function nameOf(docker: Docker, container: string): Promise<string> {
    try {
        return (await docker.getContainer(container).inspect()).Name.replace(/^\//, "");
    } catch {
        return container;
    }
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

function quote(lines: string): string {
    return lines === ""
        ? "\nIt wrote no log."
        : `\nThe last lines of its log:\n${lines.replace(/^/gm, "  | ")}`;
}
