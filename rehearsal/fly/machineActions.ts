import { failure } from "./apiError";
import { StopOptions } from "./boot";
import { milliseconds } from "./duration";
import { execIn } from "./exec";
import { checkLease } from "./leases";
import { Route } from "./routes";
import { Answer, Call, liveMachineOf, ok } from "./simulation";
import { isAlive, Machine } from "./state";
import { wait } from "./wait";
import { WireDuration } from "./wire";

const MACHINE = "/apps/:app/machines/:machine";

/** What is done with machines. Each answers when it has begun; `wait` tells when it is done. */
export const machineActionRoutes: readonly Route[] = [
    { method: "GET", path: `${MACHINE}/wait`, action: "machine_wait", handle: wait },
    { method: "POST", path: `${MACHINE}/start`, action: "machine_start", handle: start },
    { method: "POST", path: `${MACHINE}/stop`, action: "machine_stop", handle: stop },
    { method: "POST", path: `${MACHINE}/restart`, action: "machine_restart", handle: restart },
    { method: "POST", path: `${MACHINE}/suspend`, action: "machine_suspend", handle: suspend },
    { method: "POST", path: `${MACHINE}/signal`, action: "machine_signal", handle: signal },
    { method: "DELETE", path: MACHINE, action: "machine_delete", handle: remove },
    {
        method: "POST",
        path: `${MACHINE}/cordon`,
        action: "machine_cordon",
        handle: (call) => cordon(call, true),
    },
    {
        method: "POST",
        path: `${MACHINE}/uncordon`,
        action: "machine_uncordon",
        handle: (call) => cordon(call, false),
    },
    { method: "POST", path: `${MACHINE}/exec`, action: "machine_exec", handle: execIn },
];

const STARTABLE = ["created", "stopped", "suspended", "failed"];
const STARTED = ["starting", "started", "restarting"];
const STOPPABLE = [...STARTED, "suspended", "suspending"];

function start(call: Call): Answer {
    const machine = mine(call);
    const previous_state = machine.state;
    if (STARTABLE.includes(previous_state)) {
        call.sim.background(call.sim.lifecycle.start(machine));
    } else if (!STARTED.includes(previous_state)) {
        throw cannot("start", machine);
    }
    return ok({ previous_state });
}

function stop(call: Call): Answer {
    const machine = mine(call);
    const options = stopOptions(call.body.signal, call.body.timeout);
    if (STOPPABLE.includes(machine.state)) {
        call.sim.background(call.sim.lifecycle.stop(machine, options));
    } else if (!["created", "stopping", "stopped", "failed"].includes(machine.state)) {
        throw cannot("stop", machine);
    }
    return ok({ ok: true });
}

/** Unlike the others it answers when the machine runs again, as the real one does. */
async function restart(call: Call): Promise<Answer> {
    const machine = mine(call);
    if (machine.state !== "started" && machine.state !== "stopped") {
        throw cannot("restart", machine);
    }
    const { query } = call;
    const signal = query.get("force_stop") === "true" ? "SIGKILL" : query.get("signal");
    await call.sim.lifecycle.restart(machine, stopOptions(signal, query.get("timeout")));
    return ok({ ok: true });
}

function suspend(call: Call): Answer {
    const machine = mine(call);
    if (machine.state === "started") {
        call.sim.background(call.sim.lifecycle.suspend(machine));
    } else if (!machine.state.startsWith("suspend")) {
        throw cannot("suspend", machine);
    }
    return ok({ ok: true });
}

/** Not guarded by a lease, like metadata and exec: Fly's Go client sends no nonce with these. */
async function signal(call: Call): Promise<Answer> {
    const machine = liveMachineOf(call);
    if (machine.state !== "started") {
        throw failure("failed_precondition", `machine not in known state for signaling: ${machine.state}`);
    }
    const { signal: name = "SIGINT" } = call.body;
    await call.sim.lifecycle.signal(machine, String(name));
    return ok({ ok: true });
}

/** The documentation calls it `force`, Fly's Go client `kill`. */
function remove(call: Call): Answer {
    const machine = mine(call);
    const { query, sim } = call;
    const force = query.get("force") === "true" || query.get("kill") === "true";
    if (!force && !["created", "stopped", "failed", "suspended", "destroying"].includes(machine.state)) {
        throw failure("failed_precondition", "machine still active, refusing to destroy");
    }
    if (isAlive(machine)) {
        sim.background(sim.lifecycle.destroy(machine));
    }
    return ok({ ok: true });
}

function cordon(call: Call, cordoned: boolean): Answer {
    const machine = mine(call);
    machine.cordoned = cordoned;
    return ok({ ok: true });
}

/** The machine, if nobody else has leased it. */
function mine(call: Call): Machine {
    const machine = liveMachineOf(call);
    checkLease(call, machine);
    return machine;
}

function cannot(action: string, { state }: Machine) {
    return failure("failed_precondition", `unable to ${action} machine from current state: '${state}'`);
}

const SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM"];

/** The timeout is a duration, or seconds without their unit: the documentation has one, the client the other. */
function stopOptions(signal: unknown, timeout: unknown): StopOptions {
    const name = typeof signal === "string" && signal !== "" ? signal : undefined;
    if (name !== undefined && !SIGNALS.includes(name)) {
        throw failure("invalid_argument", `unknown signal '${name}'`);
    }
    if (timeout === undefined || timeout === null || timeout === "") {
        return { signal: name };
    }
    const duration = typeof timeout === "string" ? timeout.replace(/^\d+$/, "$&s") : timeout;
    const timeoutMs = typeof duration === "object" ? undefined : milliseconds(duration as WireDuration);
    if (timeoutMs === undefined) {
        throw failure("invalid_argument", "invalid timeout");
    }
    return { signal: name, timeoutMs };
}
