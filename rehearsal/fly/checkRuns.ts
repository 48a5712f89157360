import { checksOf, watch } from "./checks";
import { Machine } from "./state";

/** The checks that are going on, by machine. */
export class CheckRuns {
    private readonly runs = new Map<string, AbortController>();

    constructor(private readonly changed: (machine: Machine) => void) {}

    start(machine: Machine): void {
        this.stop(machine.id);
        const run = new AbortController();
        this.runs.set(machine.id, run);
        for (const check of checksOf(machine.config)) {
            watch(
                check,
                machine.address,
                (status) => {
                    const isIt = ({ name }: { name: string }) => name === status.name;
                    machine.checks = machine.checks.map((known) => (isIt(known) ? status : known));
                    this.changed(machine);
                },
                run.signal,
            ).catch(() => undefined);
        }
    }

    stop(machine: string): void {
        this.runs.get(machine)?.abort();
        this.runs.delete(machine);
    }

    stopAll(): void {
        [...this.runs.keys()].forEach((machine) => this.stop(machine));
    }
}
