import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Docker from "dockerode";

/** Runs a command in a container and waits for it; rejects with what it said when it fails. */
export async function runIn(
    docker: Docker,
    container: Docker.Container,
    command: readonly string[],
): Promise<void> {
    const running = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
    const stream = await running.start({});
    const output = new PassThrough();
    docker.modem.demuxStream(stream, output, output);
    stream.once("end", () => output.end());
    const said = await text(output);
    const { ExitCode } = await running.inspect();
    if (ExitCode !== 0) {
        throw new Error(`\`${command.slice(0, 2).join(" ")}\` exited with ${ExitCode ?? "nothing"}: ${said}`);
    }
}
