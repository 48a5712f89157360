import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import Docker from "dockerode";

/** How a command is run in a container. */
export interface ExecOptions {
    /** Environment of the command. The place for secrets: unlike arguments, it is not in the process list. */
    readonly env?: Readonly<Record<string, string>>;
    /** User in the container. @default the container's */
    readonly user?: string;
    /** Ends the wait. The command is killed when it is a shell script that `killable` made. */
    readonly signal?: AbortSignal;
}

/** What a command left. */
export interface ExecResult {
    readonly exitCode: number;
    /** Standard output and standard error, in the order they came. */
    readonly output: string;
}

/** Runs a command in a running container to its end. */
export async function exec(
    docker: Docker,
    container: string,
    command: readonly string[],
    { env = {}, user, signal }: ExecOptions = {},
): Promise<ExecResult> {
    const instance = await docker.getContainer(container).exec({
        Cmd: [...command],
        Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
        User: user,
        AttachStdout: true,
        AttachStderr: true,
        abortSignal: signal,
    });
    const stream = await instance.start({ abortSignal: signal });
    const chunks: Buffer[] = [];
    const collect = new Writable({
        write(chunk: Buffer, _encoding, done) {
            chunks.push(chunk);
            done();
        },
    });
    docker.modem.demuxStream(stream, collect, collect);
    await finished(stream, { writable: false, signal });
    const { ExitCode } = await instance.inspect();
    return { exitCode: ExitCode ?? -1, output: Buffer.concat(chunks).toString() };
}
