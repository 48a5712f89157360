import fs from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";

/** How often memory is looked at: the issue is peaks of seconds, not of milliseconds. */
const EVERY_MS = 500;

/** The most that was seen, in bytes. */
export interface PeakMemory {
    /** Resident memory of all containers of the arm together, the proxy among them. */
    readonly containers: number;
    /** The release command's processes together; undefined where the bench itself talks to the engine. */
    readonly command?: number;
}

/** Watches memory until it is stopped: of all containers with a label, and of all processes below this one. */
export class MemoryWatch {
    private readonly stopped = new AbortController();
    private readonly running: Promise<void>;
    private containers = 0;
    private command = 0;

    constructor(
        private readonly docker: Docker,
        private readonly labels: readonly string[],
        /** Processes below this one that are no part of the command: the load. */
        private readonly without: readonly number[],
    ) {
        this.running = this.run();
        // What went wrong is for whoever stops it.
        this.running.catch(() => undefined);
    }

    async stop(): Promise<Required<PeakMemory>> {
        this.stopped.abort();
        await this.running;
        return { containers: this.containers, command: this.command };
    }

    private async run(): Promise<void> {
        const { signal } = this.stopped;
        while (!signal.aborted) {
            this.command = Math.max(this.command, residentBelow(process.pid, this.without));
            this.containers = Math.max(this.containers, await this.inContainers());
            await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
        }
    }

    private async inContainers(): Promise<number> {
        const found = await this.docker.listContainers({ filters: { label: [...this.labels] } });
        const each = found.map(({ Id }) => memoryOf(this.docker.getContainer(Id)));
        return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
    }
}

/**
 * Of all its processes, as `ps` tells the engine: `docker stats` knows nothing where an engine can't read its own groups of
 * processes. Nothing for a container that has ended meanwhile.
 */
async function memoryOf(container: Docker.Container): Promise<number> {
    const options = { ps_args: "-eo pid,rss" };
    const listed = (await container.top(options).catch(() => undefined)) as Listed | undefined;
    return (listed?.Processes ?? []).reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
}

interface Listed {
    /** Null for a container whose processes have just ended. */
    readonly Processes: readonly (readonly [pid: string, kilobytes: string])[] | null;
}

/** Resident memory of all processes below one. Pages that several share count for each: it is the most that it can be. */
export function residentBelow(root: number, without: readonly number[]): number {
    const processes = readProcesses();
    const below = (pid: number): number =>
        processes
            .filter((each) => each.parent === pid && !without.includes(each.pid))
            .reduce((sum, each) => sum + each.bytes + below(each.pid), 0);
    return below(root);
}

interface Process {
    readonly pid: number;
    readonly parent: number;
    readonly bytes: number;
}

function readProcesses(): Process[] {
    return fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
            try {
                return [processOf(Number(name), fs.readFileSync(`/proc/${name}/status`, "utf8"))];
            } catch {
                return []; // it has ended since
            }
        });
}

function processOf(pid: number, status: string): Process {
    const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
    const kilobytes = Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0);
    return { pid, parent, bytes: kilobytes * 1024 };
}
