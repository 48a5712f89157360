import { performance } from "node:perf_hooks";
import { FlyError, isNotFound } from "../client/errors";
import { LONGEST_WAIT_SECONDS, Target } from "../client/machines";
import { WireConfig, WireExit, WireMachine } from "../client/types";
import { pause } from "../client/pause";
import { FlyContext } from "../services";

/** Between two looks at a machine's checks: the API tells of no change, and takes five looks a second. */
const PAUSE_MS = 300;

/** Times a new machine may end with an error, and be started again by Fly, before its checks pass. */
const MOST_EXITS = 3;

/** How long a machine without any check has to run without an end before it counts as well. */
const STEADY_MS = 3000;

/** A version of a machine that is waited for. */
export interface Awaited extends Target {
    readonly version: string;
    readonly timeoutSeconds: number;
}

/**
 * Waits until a machine is started and all its checks pass; one without checks has to go on running. Fails as soon as that
 * can't be any more, with the reason.
 */
export async function waitUntilHealthy(machine: Awaited, context: FlyContext): Promise<void> {
    const { fly, signal } = context;
    const end = performance.now() + machine.timeoutSeconds * 1000;
    await waitUntilStarted(machine, end, context);
    const started = performance.now();
    for (;;) {
        const seen = await fly.machines.get(machine, signal);
        const checked = countChecks(seen.config ?? {}) > 0;
        failWhenBroken(machine, seen, checked ? MOST_EXITS : 1);
        const open = openChecks(seen);
        if (open.length === 0 && (checked || performance.now() - started > STEADY_MS)) {
            return;
        }
        if (performance.now() > end) {
            throw new Error(
                `${nameOf(machine)} did not get healthy within ${machine.timeoutSeconds} s: ${open.join("; ")}${LOGS(machine)}`,
            );
        }
        await pause(PAUSE_MS, signal);
    }
}

/** Waits until a version of a machine has ended by itself; how it ended. */
export async function waitForExit(machine: Awaited, { fly, signal }: FlyContext): Promise<WireExit> {
    const end = performance.now() + machine.timeoutSeconds * 1000;
    while (!(await reaches(machine, "stopped", end, { fly, signal }))) {
        if (performance.now() > end) {
            throw new Error(
                `${nameOf(machine)} did not end within ${machine.timeoutSeconds} s${LOGS(machine)}`,
            );
        }
    }
    for (;;) {
        const [exit] = exitsOf(await fly.machines.get(machine, signal));
        if (exit?.exit_code !== undefined) {
            return exit;
        }
        // What is told of its end may come after its state; without it nobody knows whether it worked.
        if (performance.now() > end) {
            throw new Error(
                `${nameOf(machine)} stopped, and nobody tells how its command ended${LOGS(machine)}`,
            );
        }
        await pause(PAUSE_MS, signal);
    }
}

/** Waits until a machine that was told to stop has done so. One that is gone has, too. */
export async function waitUntilStopped(machine: Awaited, { fly, signal }: FlyContext): Promise<void> {
    const end = performance.now() + machine.timeoutSeconds * 1000;
    while (!(await reaches(machine, "stopped", end, { fly, signal })) && performance.now() < end);
}

/** Waits until a machine that was destroyed is gone, and its volumes are free. */
export async function waitUntilGone(target: Target, { fly, signal }: FlyContext): Promise<void> {
    try {
        await fly.machines.wait(target, { state: "destroyed", seconds: LONGEST_WAIT_SECONDS }, signal);
    } catch (error) {
        if (!isNotFound(error)) {
            throw error;
        }
    }
}

async function waitUntilStarted(machine: Awaited, end: number, context: FlyContext): Promise<void> {
    while (!(await reaches(machine, "started", end, context))) {
        failWhenBroken(machine, await context.fly.machines.get(machine, context.signal), MOST_EXITS);
        if (performance.now() > end) {
            throw new Error(
                `${nameOf(machine)} did not start within ${machine.timeoutSeconds} s${LOGS(machine)}`,
            );
        }
    }
}

/** One wait on Fly's side. Whether the state was reached: neither a time that is over nor another state is an error. */
async function reaches(
    machine: Awaited,
    state: string,
    end: number,
    { fly, signal }: Pick<FlyContext, "fly" | "signal">,
): Promise<boolean> {
    const seconds = Math.min(LONGEST_WAIT_SECONDS, Math.max(1, (end - performance.now()) / 1000));
    try {
        await fly.machines.wait(machine, { state, version: machine.version, seconds }, signal);
        return true;
    } catch (error) {
        if (error instanceof FlyError && error.status === 404 && state === "stopped") {
            return true;
        }
        if (error instanceof FlyError && (error.status === 408 || error.status === 412)) {
            return false;
        }
        throw error;
    }
}

function failWhenBroken(machine: Awaited, seen: WireMachine, most: number): void {
    const exits = exitsOf(seen).filter(({ requested_stop: requested }) => requested !== true);
    const ended = seen.state === "stopped" || seen.state === "failed" || seen.state === "destroyed";
    if (ended || exits.length >= most) {
        const [last] = exits;
        const how =
            last === undefined
                ? `is ${seen.state}`
                : `exited with code ${last.exit_code ?? "unknown"}${last.oom_killed ? ", out of memory" : ""}`;
        const times = exits.length > 1 ? `, ${exits.length} times` : "";
        throw new Error(`${nameOf(machine)} ${how}${times} before it was healthy${LOGS(machine)}`);
    }
}

/** How the program of a machine ended, the last time first. */
function exitsOf({ events = [] }: WireMachine): WireExit[] {
    return events
        .filter(({ type }) => type === "exit")
        .map(({ request }) => request?.MonitorEvent?.exit_event ?? request?.exit_event ?? {});
}

/** What is still missing: checks that don't pass, and those that nobody has heard of yet. */
function openChecks({ checks = [], config }: WireMachine): string[] {
    const own = checks.filter(({ name }) => !name.startsWith("bg_deployments_compat"));
    const failing = own.filter(({ status }) => status !== "passing");
    const unheard = countChecks(config ?? {}) - own.length;
    return [
        ...failing.map(
            ({ name, status, output = "" }) => `${name} is ${status}: ${output.trim() || "no answer"}`,
        ),
        ...(unheard > 0 ? [`${unheard} checks did not run yet`] : []),
    ];
}

function countChecks({ services = [], checks = {} }: WireConfig): number {
    return (
        Object.keys(checks).length + services.reduce((sum, service) => sum + (service.checks?.length ?? 0), 0)
    );
}

function nameOf({ app, id }: Target): string {
    return `the machine ${id} of "${app}"`;
}

/** The API gives no logs. */
const LOGS = ({ app, id }: Target): string => `\nIts log: fly logs -a ${app} -i ${id} --no-tail`;
