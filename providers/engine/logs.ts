import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { isNotFound } from "./connect";

/** The last lines that a container wrote, to both outputs. Empty when there is no such container. */
export async function lastLines(
    docker: Docker,
    container: string,
    lines = 50,
    since?: Date,
): Promise<string> {
    try {
        const raw = await docker.getContainer(container).logs({
            stdout: true,
            stderr: true,
            tail: lines,
            follow: false,
            ...(since && { since: since.getTime() / 1000 }),
        });
        return await demultiplex(docker, raw);
    } catch (error) {
        if (isNotFound(error)) {
            return "";
        }
        throw error;
    }
}

async function demultiplex(docker: Docker, raw: Buffer): Promise<string> {
    const source = new PassThrough();
    const sink = new PassThrough();
    docker.modem.demuxStream(source, sink, sink);
    source.on("end", () => sink.end());
    source.end(raw);
    const chunks: Buffer[] = [];
    for await (const chunk of sink) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString().trimEnd();
}
