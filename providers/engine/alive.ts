import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { isNotFound } from "./connect";
import { lastLines } from "./logs";

/** What is wrong with a container; its name goes before, its log behind. */
export class NotReady extends Error {}

const PAUSE_MS = 250;

/** Waits for a container's end, and fails with it. */
export async function failWhenItDies(docker: Docker, container: string, stop: AbortSignal): Promise<never> {
    for (;;) {
        // Subscribed before the look, so that no death falls between the two.
        const events = await docker.getEvents({
            filters: { container: [container], event: ["die"] },
            abortSignal: stop,
        });
        events.on("error", () => undefined);
        await failWhenDead(docker, container);
        const event = await firstLine(events);
        if (event !== undefined) {
            const { Actor } = JSON.parse(event) as { Actor?: { Attributes?: { exitCode?: string } } };
            throw new NotReady(`exited with code ${Actor?.Attributes?.exitCode ?? "unknown"}`);
        }
        // The engine or the way to it ended the stream: the next look tells which.
        await sleep(PAUSE_MS, undefined, { signal: stop });
    }
}

/** Fails when a container does not run, or starts over and over. */
export async function failWhenDead(docker: Docker, container: string): Promise<void> {
    const { State, RestartCount } = await inspect(docker, container);
    if (State.Restarting) {
        throw new NotReady(
            `starts over and over: it exited with code ${State.ExitCode}, ${RestartCount} times started anew`,
        );
    }
    if (!State.Running) {
        throw new NotReady(`does not run: it exited with code ${State.ExitCode}`);
    }
}

/** What the engine knows of a container. */
export async function inspect(docker: Docker, container: string): Promise<Docker.ContainerInspectInfo> {
    try {
        return await docker.getContainer(container).inspect();
    } catch (error) {
        throw isNotFound(error) ? new Error(`there is no container ${container}`, { cause: error }) : error;
    }
}

/**
 * What is wrong with a container in full: which one it is, and how its log ends. What can't be had any more is left out.
 * Any other failure is given as it is.
 */
export async function inFull(docker: Docker, container: string, reason: unknown): Promise<unknown> {
    if (!(reason instanceof NotReady)) {
        return reason;
    }
    const subject = await describe(docker, container).catch(() => container);
    const lines = await lastLines(docker, container).catch(() => "");
    const log =
        lines === "" ? "It wrote no log." : `The last lines of its log:\n${lines.replace(/^/gm, "  | ")}`;
    return new Error(`${subject} ${reason.message}\n${log}`, { cause: reason });
}

/** A container by its name, with the app that it is of and the image that it runs, as people call them. */
async function describe(docker: Docker, container: string): Promise<string> {
    const { Name, Config } = await docker.getContainer(container).inspect();
    const app = Config.Labels["berth.part"];
    const image = await imageName(docker, Config.Image).catch(() => Config.Image);
    return `${Name.slice(1)} (${[...(app === undefined ? [] : [`app ${app}`]), `image ${image}`].join(", ")})`;
}

/** An id says nothing to anybody: what the image is called on the engine, with all its names. */
async function imageName(docker: Docker, image: string): Promise<string> {
    if (!image.startsWith("sha256:")) {
        return image;
    }
    const { RepoTags, RepoDigests } = await docker.getImage(image).inspect();
    const names = [RepoTags, RepoDigests].find((each) => each.length > 0);
    return names?.join(", ") ?? image;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string | undefined> {
    let text = "";
    for await (const chunk of stream) {
        text += chunk.toString();
        const end = text.indexOf("\n");
        if (end >= 0) {
            return text.slice(0, end);
        }
    }
    return undefined;
}
