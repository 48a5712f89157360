import type { EdgeMachine, EdgeService, EdgeWorld } from "../edgeWorld";

/** How the proxy sees the platform: perhaps a little late, and with the machines that it is stopping itself. */
export class View {
    /** A host of each app that was asked for. */
    private readonly hosts = new Map<string, string>();
    private readonly seen = new Map<string, { at: number; machines: readonly EdgeMachine[] }>();
    private readonly stopping = new Set<string>();

    constructor(
        private readonly world: EdgeWorld,
        /** What the proxy knows of machines is up to this old. */
        private readonly lagMs: number,
    ) {}

    /** The service of a host. */
    service(host: string): EdgeService | undefined {
        const service = this.world.service(host);
        if (service === undefined) {
            return undefined;
        }
        this.hosts.set(service.app, host);
        return {
            ...service,
            machines: () => this.machinesOf(service).map((machine) => this.asSeen(machine)),
        };
    }

    /** Services of all hosts that were asked for, and are still there. */
    services(): EdgeService[] {
        return [...this.hosts.values()].flatMap((host) => this.service(host) ?? []);
    }

    /** Stops a machine; no request goes to it from now on. */
    async stop(machineId: string): Promise<void> {
        this.stopping.add(machineId);
        try {
            await this.world.stop(machineId);
        } finally {
            this.stopping.delete(machineId);
            this.seen.clear();
        }
    }

    private machinesOf(service: EdgeService): readonly EdgeMachine[] {
        const now = Date.now();
        const seen = this.seen.get(service.app);
        if (seen !== undefined && now - seen.at < this.lagMs) {
            return seen.machines;
        }
        const machines = service.machines();
        this.seen.set(service.app, { at: now, machines });
        return machines;
    }

    private asSeen(machine: EdgeMachine): EdgeMachine {
        const isStopping = machine.state === "started" && this.stopping.has(machine.id);
        return isStopping ? { ...machine, state: "stopping" } : machine;
    }
}
