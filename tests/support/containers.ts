import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";

/** How a command in a container ended. */
export interface Ended {
    code: number;
    /** stdout and stderr, as they came. */
    output: string;
}

/** Containers and volumes of one test file: named after it, all removed by `removeAll`. */
export class Containers {
    readonly docker = new Docker();
    private readonly prefix: string;
    private readonly containers: Docker.Container[] = [];
    private readonly volumes: string[] = [];
    private count = 0;

    constructor(purpose: string) {
        this.prefix = `berth-test-${purpose}-${process.pid}-${Date.now().toString(36)}`;
    }

    uniqueName(): string {
        this.count += 1;
        return `${this.prefix}-${this.count}`;
    }

    async volume(): Promise<string> {
        const name = this.uniqueName();
        await this.docker.createVolume({ Name: name });
        this.volumes.push(name);
        return name;
    }

    async create(image: string, options: Docker.ContainerCreateOptions = {}): Promise<Docker.Container> {
        const name = this.uniqueName();
        const container = await this.docker.createContainer({ Image: image, name, ...options });
        this.containers.push(container);
        return container;
    }

    async start(image: string, options: Docker.ContainerCreateOptions = {}): Promise<Docker.Container> {
        const container = await this.create(image, options);
        await container.start();
        return container;
    }

    /** Runs a container to its end. */
    async run(image: string, options: Docker.ContainerCreateOptions = {}): Promise<Ended> {
        const container = await this.start(image, options);
        const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
        return { code, output: await logs(container) };
    }

    async removeAll(): Promise<void> {
        const containers = this.containers.splice(0);
        await Promise.all(containers.map((container) => container.remove({ force: true, v: true })));
        await Promise.all(this.volumes.splice(0).map((name) => this.docker.getVolume(name).remove()));
    }
}

/** Everything a container has printed. */
export async function logs(container: Docker.Container): Promise<string> {
    const buffer = await container.logs({ stdout: true, stderr: true, follow: false });
    return demultiplex(buffer);
}

/** Runs a command in a container. */
export async function exec(
    container: Docker.Container,
    command: string[],
    options: { user?: string; env?: string[] } = {},
): Promise<Ended> {
    const running = await container.exec({
        Cmd: command,
        AttachStdout: true,
        AttachStderr: true,
        User: options.user,
        Env: options.env,
    });
    const stream = await running.start({});
    const output = new PassThrough();
    const chunks: Buffer[] = [];
    output.on("data", (chunk: Buffer) => chunks.push(chunk));
    new Docker().modem.demuxStream(stream, output, output);
    await new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
    const { ExitCode } = await running.inspect();
    return { code: ExitCode ?? -1, output: Buffer.concat(chunks).toString() };
}

/** Waits until a condition holds; fails with what `describe` has to say when the time is over. */
export async function until(
    condition: () => Promise<boolean>,
    describe: () => Promise<string>,
    timeoutMs = 30_000,
): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await condition())) {
        if (Date.now() > deadline) {
            throw new Error(`It did not happen within ${timeoutMs} ms: ${await describe()}`);
        }
        await delay(100);
    }
}

/** The engine's frames: one byte for the stream, three of nothing, four for the length. */
function demultiplex(buffer: Buffer): string {
    const parts: string[] = [];
    for (let at = 0; at + 8 <= buffer.length;) {
        const length = buffer.readUInt32BE(at + 4);
        parts.push(buffer.subarray(at + 8, at + 8 + length).toString());
        at += 8 + length;
    }
    return parts.join("");
}
