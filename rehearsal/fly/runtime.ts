import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import Docker from "dockerode";
import { pack } from "tar-stream";

/** Label of everything that a simulation makes; its value is the simulation's name. */
const LABEL = "berth.simulated-fly";

/** What a machine's container is made of. */
export interface ContainerSpec {
    readonly machine: string;
    readonly image: string;
    readonly env: Readonly<Record<string, string>>;
    readonly entrypoint?: readonly string[];
    readonly command?: readonly string[];
    readonly user?: string;
    readonly tty: boolean;
    readonly memoryMb: number;
    readonly cpus: number;
    readonly network: string;
    readonly address: string;
    /** Names that it has on its network. */
    readonly aliases: readonly string[];
    readonly mounts: readonly { readonly volume: string; readonly path: string }[];
    readonly files: readonly { readonly path: string; readonly content: Buffer }[];
}

/** How a container's main process ended. */
export interface Exit {
    readonly code: number;
    readonly outOfMemory: boolean;
}

export interface Output {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Machines and volumes as containers and volumes of an engine, all with the simulation's name and label. */
export class Runtime {
    private cpus = 1;

    constructor(
        private readonly docker: Docker,
        private readonly name: string,
        /** Of machines. @default the engine's */
        private readonly nameServers?: readonly string[],
    ) {}

    /** Removes all that a simulation of this name has made, this one or one that was killed. */
    async clear(): Promise<void> {
        const filters = { label: [`${LABEL}=${this.name}`] };
        const containers = await this.docker.listContainers({ all: true, filters });
        await Promise.all(containers.map(({ Id }) => this.removeContainer(Id)));
        const { Volumes } = await this.docker.listVolumes({ filters });
        await Promise.all(Volumes.map(({ Name }) => this.docker.getVolume(Name).remove()));
        const networks = await this.docker.listNetworks({ filters });
        await Promise.all(networks.map(({ Id }) => this.docker.getNetwork(Id).remove()));
    }

    /** The engine gives a machine no more CPUs than it has. */
    async measure(): Promise<void> {
        this.cpus = ((await this.docker.info()) as { NCPU: number }).NCPU;
    }

    /**
     * Creates the container anew, so that its root file system is the image's, and starts it. `exited` is told how it
     * ended.
     */
    async start(spec: ContainerSpec, exited: (exit: Exit) => void): Promise<void> {
        const name = this.containerName(spec.machine);
        await this.removeContainer(name);
        const container = await this.docker.createContainer(this.optionsOf(name, spec));
        await Promise.all(spec.files.map((file) => putFile(container, file)));
        await container.start();
        void exitOf(container).then(exited);
    }

    async signal(machine: string, signal: string): Promise<void> {
        await this.container(machine).kill({ signal });
    }

    async pause(machine: string): Promise<void> {
        await this.container(machine).pause();
    }

    async unpause(machine: string): Promise<void> {
        await this.container(machine).unpause();
    }

    async remove(machine: string): Promise<void> {
        await this.removeContainer(this.containerName(machine));
    }

    /** What the machine's main process has printed since its last start. */
    async logs(machine: string): Promise<string> {
        const output = new PassThrough();
        const frames = await this.container(machine).logs({ stdout: true, stderr: true, follow: false });
        const source = new PassThrough();
        this.docker.modem.demuxStream(source, output, output);
        source.end(frames);
        await finished(source);
        output.end();
        return (await buffer(output)).toString();
    }

    /** Runs a command in a running machine. */
    async exec(machine: string, command: readonly string[], stdin: string): Promise<Output> {
        const exec = await this.container(machine).exec({
            Cmd: [...command],
            AttachStdin: true,
            AttachStdout: true,
            AttachStderr: true,
        });
        const stream = await exec.start({ hijack: true, stdin: true });
        const [stdout, stderr] = [new PassThrough(), new PassThrough()];
        const texts = Promise.all([buffer(stdout), buffer(stderr)]);
        this.docker.modem.demuxStream(stream, stdout, stderr);
        stream.end(stdin);
        await finished(stream, { writable: false });
        stdout.end();
        stderr.end();
        const [out, err] = await texts;
        return { exitCode: await exitCodeOf(exec), stdout: out.toString(), stderr: err.toString() };
    }

    async createVolume(id: string): Promise<void> {
        await this.docker.createVolume({ Name: this.volumeName(id), Labels: this.labels });
    }

    async removeVolume(id: string): Promise<void> {
        await this.docker.getVolume(this.volumeName(id)).remove();
    }

    /** Copies all files of a volume into another, by a container of the given image. Gives their size in bytes. */
    async copyVolume(from: string, to: string, image: string): Promise<number> {
        const container = await this.docker.createContainer({
            Image: image,
            User: "0",
            Entrypoint: ["sh", "-euc", "cp -a /from/. /to/; du -sb /to | cut -f1"],
            Labels: this.labels,
            HostConfig: {
                NetworkMode: "none",
                Mounts: [
                    mountOf(this.volumeName(from), "/from", true),
                    mountOf(this.volumeName(to), "/to", false),
                ],
            },
        });
        try {
            await container.start();
            const { code } = await exitOf(container);
            const printed = (await container.logs({ stdout: true, stderr: true, follow: false })).toString();
            if (code !== 0) {
                throw new Error(`copying ${from} to ${to} ended with ${code}: ${printed}`);
            }
            return Number(/\d+/.exec(printed)?.[0]);
        } finally {
            await this.removeContainer(container.id);
        }
    }

    /** On everything of this simulation. */
    get labels(): Record<string, string> {
        return { [LABEL]: this.name };
    }

    private containerName(machine: string): string {
        return `${this.name}-${machine}`;
    }

    private volumeName(id: string): string {
        return `${this.name}-${id}`;
    }

    private container(machine: string): Docker.Container {
        return this.docker.getContainer(this.containerName(machine));
    }

    private optionsOf(name: string, spec: ContainerSpec): Docker.ContainerCreateOptions {
        return {
            name,
            Image: spec.image,
            Hostname: spec.machine,
            Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
            Entrypoint: spec.entrypoint === undefined ? undefined : [...spec.entrypoint],
            Cmd: spec.command === undefined ? undefined : [...spec.command],
            User: spec.user,
            Tty: spec.tty,
            Labels: this.labels,
            HostConfig: {
                // As on a machine of Fly's, the main process is not the first one: signals have their usual effect on it.
                Init: true,
                Memory: spec.memoryMb * 1024 * 1024,
                NanoCpus: Math.min(spec.cpus, this.cpus) * 1e9,
                NetworkMode: spec.network,
                Dns: this.nameServers && [...this.nameServers],
                Mounts: spec.mounts.map(({ volume, path }) => mountOf(this.volumeName(volume), path, false)),
            },
            NetworkingConfig: {
                EndpointsConfig: {
                    [spec.network]: {
                        Aliases: [...spec.aliases],
                        IPAMConfig: { IPv4Address: spec.address },
                    },
                },
            },
        };
    }

    private async removeContainer(nameOrId: string): Promise<void> {
        await this.docker.getContainer(nameOrId).remove({ force: true, v: true }).catch(ignoreMissing);
    }
}

/** `NoCopy`: a new volume is empty, whatever the image has at its place. */
function mountOf(source: string, target: string, readOnly: boolean): Docker.MountSettings {
    return {
        Type: "volume",
        Source: source,
        Target: target,
        ReadOnly: readOnly,
        VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: "local", Options: {} } },
    };
}

async function putFile(
    container: Docker.Container,
    { path, content }: { readonly path: string; readonly content: Buffer },
): Promise<void> {
    const archive = pack();
    archive.entry({ name: path.replace(/^\/+/, ""), mode: 0o644 }, content);
    archive.finalize();
    await container.putArchive(await buffer(archive), { path: "/" });
}

/** Resolves when a started container's main process has ended. A container that is gone has ended, too. */
async function exitOf(container: Docker.Container): Promise<Exit> {
    try {
        const { StatusCode } = (await container.wait()) as { StatusCode: number };
        const { State } = await container.inspect();
        return { code: StatusCode, outOfMemory: State.OOMKilled };
    } catch {
        return { code: 137, outOfMemory: false };
    }
}

const PAUSE_MS = 20;

/** The output ends a moment before the engine knows how the command ended. */
async function exitCodeOf(exec: Docker.Exec): Promise<number> {
    for (;;) {
        const { Running, ExitCode } = await exec.inspect();
        if (!Running && ExitCode !== null) {
            return ExitCode;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
}

function ignoreMissing(error: unknown): void {
    const status = (error as { statusCode?: number }).statusCode;
    // 409: somebody removes it already.
    if (status !== 404 && status !== 409) {
        throw error;
    }
}
