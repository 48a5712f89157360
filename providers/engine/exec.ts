import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";

/** How a command is run in a container. */
export interface ExecOptions {
    /** Environment of the command. The place for secrets: unlike arguments, it is not in the process list. */
    readonly env?: Readonly<Record<string, string>>;
    /** @default the container's */
    readonly user?: string;
    /** Ends the wait. The command goes on: the engine has no way to stop it, so it has to have an end of its own. */
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
        User: user,
        Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
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
    return { exitCode: await exitCodeOf(instance, signal), output: Buffer.concat(chunks).toString() };
}

const PAUSE_MS = 20;
const MAX_PAUSES = 500;

/** The output ends a moment before the engine knows how the command ended. */
async function exitCodeOf(instance: Docker.Exec, signal: AbortSignal | undefined): Promise<number> {
    for (let pauses = 0; pauses < MAX_PAUSES; pauses += 1) {
        const { Running, ExitCode } = await instance.inspect();
        if (!Running && ExitCode !== null) {
            return ExitCode;
        }
        await sleep(PAUSE_MS, undefined, { signal });
    }
    throw new Error("the engine does not say how a command ended whose output has ended");
}
