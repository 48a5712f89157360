import { ulid } from "./ids";
import { Exit } from "./runtime";
import { Machine } from "./state";
import { ExitEvent, MachineEvent } from "./wire";

/** A machine that restarts for ever would fill the memory. */
const KEPT = 100;

export function recordEvent(
    machine: Machine,
    type: string,
    status: string,
    source: MachineEvent["source"],
    request?: MachineEvent["request"],
): void {
    const event = { id: ulid(), type, status, source, timestamp: Date.now(), request };
    machine.events = [event, ...machine.events].slice(0, KEPT);
}

/** Codes above it are of a process that a signal ended: the signal's number is what they are above it. */
const SIGNALLED = 128;

/** The end of a machine's main process, told where Fly's Go client looks for it: in both places. */
export function recordExit(
    machine: Machine,
    { code, outOfMemory }: Exit,
    { requested, restarting }: { readonly requested: boolean; readonly restarting: boolean },
): void {
    const exit_event: ExitEvent = {
        exit_code: code,
        guest_exit_code: code,
        guest_signal: code > SIGNALLED ? code - SIGNALLED : -1,
        signal: -1,
        oom_killed: outOfMemory,
        requested_stop: requested,
        restarting,
        exited_at: new Date().toISOString(),
    };
    recordEvent(machine, "exit", "stopped", "flyd", {
        exit_event,
        MonitorEvent: { exit_event },
        restart_count: machine.restartsMs.length,
    });
}
