import { EventEmitter } from "node:events";
import { untriedChecks } from "./checks";
import { Boot, StopOptions, stopOptions } from "./boot";
import { CheckRuns } from "./checkRuns";
import { recordEvent, recordExit } from "./events";
import { restarts, restartPauseMs } from "./restarts";
import { Exit, Runtime } from "./runtime";
import { Queues } from "./queues";
import { specOf } from "./spec";
import { isAlive, Machine, WorldState } from "./state";

/** For what has nothing left to say: a removal, and a suspended machine. */
const KILL: StopOptions = { signal: "SIGKILL" };

/**
 * Takes machines from state to state: each method changes what the API says at once, or in its turn where the machine
 * is busy, and resolves when the container is there. What happens to one machine happens one after the other.
 */
export class Lifecycle {
    private readonly changes = new EventEmitter().setMaxListeners(0);
    private readonly boots = new Map<string, Boot>();
    private readonly pauses = new Map<string, NodeJS.Timeout>();
    private readonly queues = new Queues();
    private readonly checks: CheckRuns;
    private closed = false;

    constructor(
        private readonly world: WorldState,
        private readonly runtime: Runtime,
        /** Told of what goes wrong when nobody waits for it. */
        private readonly report: (error: unknown) => void,
    ) {
        this.checks = new CheckRuns((machine) => this.changes.emit("change", machine.id));
    }

    /** Calls back at each change of a machine until the returned function is called. */
    onChange(machine: Machine, listener: () => void): () => void {
        const each = (id: string): void => {
            if (id === machine.id) {
                listener();
            }
        };
        this.changes.on("change", each);
        return () => this.changes.off("change", each);
    }

    /** Starts a machine that is created, stopped, suspended or failed. */
    start(machine: Machine, source: "user" | "flyd" = "user"): Promise<void> {
        const suspended = machine.state === "suspended";
        machine.restartsMs = [];
        this.become(machine, "starting");
        recordEvent(machine, "start", "starting", source);
        return this.queues.run(machine.id, async () => {
            if (machine.state !== "starting") {
                return;
            }
            if (suspended && this.boots.get(machine.id)?.handled === false) {
                await this.runtime.unpause(machine.id);
                this.started(machine);
            } else {
                await this.boot(machine, "starting");
            }
        });
    }

    /** Stops a machine that runs, restarts, or is suspended. */
    stop(machine: Machine, options: StopOptions = {}, source: "user" | "flyd" = "user"): Promise<void> {
        const suspended = machine.state === "suspended";
        this.forget(machine);
        this.become(machine, "stopping");
        recordEvent(machine, "stop", "stopping", source);
        return this.queues.run(machine.id, async () => {
            // An update or a removal that came in between stops it on its own.
            if (machine.state === "stopping") {
                await this.end(machine, stopOptions(machine, suspended ? KILL : options));
                await this.settle(machine, "stopping", "stopped");
            }
        });
    }

    restart(machine: Machine, options: StopOptions): Promise<void> {
        this.forget(machine);
        this.become(machine, "restarting");
        recordEvent(machine, "restart", "restarting", "user");
        machine.restartsMs = [];
        return this.queues.run(machine.id, async () => {
            if (machine.state === "restarting") {
                await this.end(machine, stopOptions(machine, options));
                await this.boot(machine, "restarting");
            }
        });
    }

    /** Freezes a machine with its memory. A suspended machine of Fly's lies on a disk; here its processes are paused. */
    suspend(machine: Machine): Promise<void> {
        this.become(machine, "suspending");
        recordEvent(machine, "suspend", "suspending", "user");
        return this.queues.run(machine.id, async () => {
            if (machine.state === "suspending" && this.boots.get(machine.id)?.handled !== false) {
                await this.settle(machine, "suspending", "stopped");
            } else if (machine.state === "suspending") {
                this.checks.stop(machine.id);
                await this.runtime.pause(machine.id);
                await this.settle(machine, "suspending", "suspended");
            }
        });
    }

    /** Changes a machine's record, and puts what it says in place of what runs. */
    replace(machine: Machine, change: () => void, launch: boolean): Promise<void> {
        // What was never started is still to be; all else has been stopped then.
        const rest = machine.state === "created" ? "created" : "stopped";
        // What runs is stopped as it was told to be.
        const options = stopOptions(machine);
        change();
        const version = machine.instanceId;
        this.forget(machine);
        this.become(machine, "replacing");
        recordEvent(machine, "update", "replacing", "user");
        machine.restartsMs = [];
        return this.queues.run(machine.id, async () => {
            if (machine.state !== "replacing") {
                return;
            }
            await this.end(machine, options);
            if (machine.instanceId !== version) {
                // A later update has its turn next, and says itself whether the machine is to run.
                return;
            }
            if (launch) {
                await this.boot(machine, "replacing");
            } else {
                await this.settle(machine, "replacing", rest);
            }
        });
    }

    /** Removes a machine; its name and its volume are free when this resolves. */
    destroy(machine: Machine, source: "user" | "flyd" = "user"): Promise<void> {
        this.become(machine, "destroying");
        recordEvent(machine, "destroy", "destroying", source);
        return this.queues.run(machine.id, async () => {
            if (machine.state === "destroying") {
                await this.end(machine, stopOptions(machine, KILL));
                await this.remove(machine);
            }
        });
    }

    /** Sends a signal to a running machine; what it does then is its own affair. */
    signal(machine: Machine, signal: string): Promise<void> {
        return this.runtime.signal(machine.id, signal);
    }

    /** Holds a machine's processes still meanwhile, where it has any: what is on its disk is of one moment. */
    async still<T>(machine: Machine | undefined, use: () => Promise<T>): Promise<T> {
        if (machine === undefined) {
            return await use();
        }
        return await this.queues.run(machine.id, async () => {
            if (machine.state !== "started") {
                return await use();
            }
            await this.runtime.pause(machine.id);
            try {
                return await use();
            } finally {
                await this.runtime.unpause(machine.id);
            }
        });
    }

    /** Resolves when all that was asked of a machine until now is done. */
    idle(machine: Machine): Promise<void> {
        return this.queues.run(machine.id, () => Promise.resolve());
    }

    /** Nothing starts or checks any more; resolves when what was going on is done. */
    async close(): Promise<void> {
        this.closed = true;
        await this.queues.idle();
        this.pauses.forEach((timer) => clearTimeout(timer));
        this.checks.stopAll();
    }

    private become(machine: Machine, state: string): void {
        machine.state = state;
        machine.updatedAt = new Date().toISOString();
        this.changes.emit("change", machine.id);
    }

    /** What was going on is done, unless something else was asked for meanwhile: then that comes next. */
    private async settle(machine: Machine, from: string, to: string): Promise<void> {
        if (machine.state === from) {
            this.become(machine, to);
            if (to === "stopped" && from === "stopping") {
                await this.finished(machine);
            }
        }
    }

    private async boot(machine: Machine, from: string): Promise<void> {
        if (machine.state !== from || this.closed) {
            return;
        }
        this.become(machine, "starting");
        const boot = new Boot(this.runtime, specOf(this.world, machine));
        try {
            await boot.start();
        } catch (error) {
            const cause = error instanceof Error ? error.message : String(error);
            recordEvent(machine, "launch_failed", cause, "flyd");
            await this.settle(machine, "starting", "failed");
            return;
        }
        this.boots.set(machine.id, boot);
        // A removal that came in between takes the container away when it is its turn.
        if (machine.state === "starting") {
            this.started(machine);
        }
        boot.exit
            .then((exit) => this.queues.run(machine.id, () => this.ended(machine, boot, exit)))
            .catch(this.report);
    }

    private started(machine: Machine): void {
        machine.checks = untriedChecks(machine.config, "critical", "the check has not run yet");
        recordEvent(machine, "start", "started", "flyd");
        this.become(machine, "started");
        this.checks.start(machine);
    }

    /** Ends the container's main process, if there is one, and waits for it. */
    private async end(machine: Machine, options: Required<StopOptions>): Promise<void> {
        this.halt(machine);
        const boot = this.boots.get(machine.id);
        if (boot?.handled === false) {
            recordExit(machine, await boot.end(options), { requested: true, restarting: false });
        }
    }

    /** The main process ended without having been asked to. */
    private async ended(machine: Machine, boot: Boot, exit: Exit): Promise<void> {
        if (boot.handled || this.closed) {
            return;
        }
        boot.handled = true;
        this.halt(machine);
        const restarting = restarts(machine, exit.code);
        recordExit(machine, exit, { requested: false, restarting });
        // Otherwise somebody has asked for something meanwhile, and its turn comes next.
        if (machine.state !== "started") {
            return;
        }
        if (!restarting) {
            this.become(machine, "stopped");
            await this.finished(machine);
            return;
        }
        machine.restartsMs = [...machine.restartsMs, Date.now()];
        this.become(machine, "restarting");
        const again = (): void => {
            this.queues.run(machine.id, () => this.boot(machine, "restarting")).catch(this.report);
        };
        this.pauses.set(machine.id, setTimeout(again, restartPauseMs(machine)));
    }

    /** No checks, and no restart that is still to come. */
    private halt(machine: Machine): void {
        clearTimeout(this.pauses.get(machine.id));
        this.forget(machine);
    }

    /** What the checks said of what ran until now says nothing of what comes. */
    private forget(machine: Machine): void {
        this.checks.stop(machine.id);
        machine.checks = untriedChecks(machine.config, "warning", "the machine hasn't started");
    }

    private async finished(machine: Machine): Promise<void> {
        if (machine.config.auto_destroy === true) {
            recordEvent(machine, "destroy", "destroying", "flyd");
            this.become(machine, "destroying");
            await this.remove(machine);
        }
    }

    private async remove(machine: Machine): Promise<void> {
        await this.runtime.remove(machine.id);
        this.boots.delete(machine.id);
        for (const volume of Object.values(this.world.volumes)) {
            if (volume.machine === machine.id) {
                volume.machine = undefined;
            }
        }
        machine.lease = undefined;
        machine.checks = [];
        recordEvent(machine, "destroy", "destroyed", "flyd");
        this.become(machine, "destroyed");
    }

    /** All machines of an app, gone with what is on them. */
    async destroyAll(machines: readonly Machine[]): Promise<void> {
        await Promise.all(machines.filter(isAlive).map((machine) => this.destroy(machine)));
        await Promise.all(machines.map((machine) => this.idle(machine)));
    }
}
