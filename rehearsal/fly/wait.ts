import { ApiError, failure } from "./apiError";
import { Answer, Call, machineOf, ok } from "./simulation";
import { Machine } from "./state";

const STATES = ["started", "stopped", "suspended", "destroyed", "settled", "created", "failed"];
const SETTLED = ["started", "stopped", "suspended", "destroyed", "failed", "created"];

/** The proxy before the API cuts a wait off after this time. */
const LONGEST_SECONDS = 60;

/**
 * Waits until a machine has a state. What else may come of it, as Fly's clients rely on it:
 * - a machine that is destroyed, and nobody waited for that: 404 (a release command that was quick);
 * - a version that was replaced, or a machine that ended or failed while somebody waited for it to start: 412, "machine
 *   failed to reach desired state", since it would need somebody's help;
 * - a machine that is stopped already may be started by anybody, so that one is waited for until the time is over: 408.
 */
export async function wait(call: Call): Promise<Answer> {
    const machine = machineOf(call);
    const { query } = call;
    const states = query.getAll("state").length === 0 ? ["started"] : query.getAll("state");
    const unknown = states.filter((state) => !STATES.includes(state));
    if (unknown.length > 0) {
        throw failure("invalid_argument", `unknown state '${unknown.join()}'`);
    }
    const version = query.get("instance_id") ?? query.get("version") ?? undefined;
    if (version === undefined && states.includes("stopped")) {
        throw failure("invalid_argument", "instance_id is required to wait for stopped");
    }
    const seconds = Number(query.get("timeout") ?? LONGEST_SECONDS);
    if (!Number.isFinite(seconds) || seconds < 0) {
        throw failure("invalid_argument", "timeout must be a number of seconds");
    }
    const wanted = { states, version, ranBefore: runs(machine) };
    await reached(call, machine, wanted, Math.min(seconds, LONGEST_SECONDS) * 1000);
    return ok({ ok: true, state: machine.state, version: machine.instanceId });
}

interface Wanted {
    readonly states: readonly string[];
    readonly version: string | undefined;
    /** It was on its way when the wait began. */
    readonly ranBefore: boolean;
}

function reached({ sim, signal }: Call, machine: Machine, wanted: Wanted, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
        let ran = wanted.ranBefore;
        const look = (): void => {
            ran ||= runs(machine);
            const outcome = judge(machine, { ...wanted, ranBefore: ran });
            if (outcome !== undefined) {
                done(outcome === true ? undefined : outcome);
            }
        };
        const late = failure(
            "deadline_exceeded",
            `timeout reached waiting for machine's state to change to ${wanted.states.join(" or ")}`,
        );
        const timer = setTimeout(() => done(late), ms);
        const hungUp = (): void => done(late);
        const forget = sim.lifecycle.onChange(machine, look);
        signal.addEventListener("abort", hungUp);
        function done(error: ApiError | undefined): void {
            clearTimeout(timer);
            forget();
            signal.removeEventListener("abort", hungUp);
            if (error === undefined) {
                resolve();
            } else {
                reject(error);
            }
        }
        look();
    });
}

function runs({ state }: Machine): boolean {
    return ["starting", "started", "restarting", "replacing"].includes(state);
}

function judge(machine: Machine, { states, version, ranBefore }: Wanted): true | ApiError | undefined {
    const { state, instanceId } = machine;
    if (version !== undefined && version !== instanceId) {
        return machine.replaced.includes(version)
            ? failedToReach(states, "replaced")
            : failure("not_found", `machine version ${version} not found`);
    }
    if (states.includes(state) || (states.includes("settled") && SETTLED.includes(state))) {
        return true;
    }
    if (state === "destroyed") {
        return failure("not_found", "machine not found");
    }
    const ended = state === "failed" || (state === "stopped" && ranBefore);
    return ended && states.includes("started") ? failedToReach(states, state) : undefined;
}

function failedToReach(states: readonly string[], state: string): ApiError {
    return failure(
        "failed_precondition",
        `machine failed to reach desired state, ${states.join(" or ")}, currently ${state}`,
    );
}
