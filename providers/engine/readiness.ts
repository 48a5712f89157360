import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { isConflict, isNotFound } from "./connect";
import { exec, ExecResult } from "./exec";
import { getFile } from "./files";
import { lastLines } from "./logs";
import { findOwner } from "./owner";

/** How a container is asked, and for how long. */
export interface Probe {
    readonly container: string;
    /** Asked for by `from`. */
    readonly url?: string;
    readonly from?: string;
    /** Run in the container itself. Without a command and a URL a container counts while it runs. */
    readonly command?: readonly string[];
    /** Whether a container that runs as root is refused. */
    readonly refuseRoot?: boolean;
    readonly timeoutSeconds: number;
}

const PAUSE_MS = 250;

/** One round of asking in the asking container: it ends by itself, so that nothing is left behind when the wait is over. */
const ROUND = `exec timeout 5 sh -c 'until timeout 2 wget -q -O /dev/null "$URL"; do sleep 0.25; done'`;

/** What is wrong with the container that is waited for; its name goes before, its log behind. */
class NotReady extends Error {}

/** Waits until a container answers. Fails with its last log lines as soon as it exits, starts over, or the time is over. */
export async function waitUntilReady(docker: Docker, probe: Probe, cancelled: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = AbortSignal.any([cancelled, over.signal]);
    const answering = new Answering(docker, probe, stop);
    try {
        cancelled.throwIfAborted();
        if (probe.refuseRoot) {
            await failAsRoot(docker, probe.container);
        }
        await Promise.race([
            answering.wait(),
            failWhenItDies(docker, probe.container, stop),
            failWhenLate(probe.timeoutSeconds, answering, stop),
        ]);
    } catch (error) {
        const reason = cancelled.aborted
            ? new NotReady("did not answer before the update was cancelled")
            : error;
        throw reason instanceof NotReady ? await withLog(docker, probe.container, reason) : reason;
    } finally {
        over.abort();
    }
}

/** Asks until there is an answer, and remembers what came instead. */
class Answering {
    /** Why the last question was none, or had no good answer. */
    complaint = "";

    constructor(
        private readonly docker: Docker,
        private readonly probe: Probe,
        private readonly stop: AbortSignal,
    ) {}

    async wait(): Promise<void> {
        while (!(await this.ask())) {
            await sleep(PAUSE_MS, undefined, { signal: this.stop });
        }
    }

    private async ask(): Promise<boolean> {
        const { url, from, container, command } = this.probe;
        if (url === undefined && command === undefined) {
            await failWhenDead(this.docker, container);
            return true;
        }
        const asking = url === undefined ? container : (from ?? "");
        const options = { signal: this.stop, ...(url !== undefined && { env: { URL: url } }) };
        try {
            const question = command ?? ["sh", "-c", ROUND];
            return this.note(await exec(this.docker, asking, question, options));
        } catch (error) {
            if (isNotFound(error) && asking !== container) {
                throw new Error(`there is no container ${asking} to ask for ${url ?? ""}`, { cause: error });
            }
            // A container that is not running can't ask; whether that is the end is for the others to say.
            if (isConflict(error) || isNotFound(error)) {
                this.complaint =
                    asking === container ? "it was not running" : `${asking} was not running to ask it`;
                return false;
            }
            throw error;
        }
    }

    private note({ exitCode, output }: ExecResult): boolean {
        const lines = output.split("\n").filter((line) => line.trim() !== "" && line !== "Terminated");
        this.complaint = lines.at(-1)?.trim() ?? this.complaint;
        return exitCode === 0;
    }
}

async function failWhenItDies(docker: Docker, container: string, stop: AbortSignal): Promise<never> {
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
            throw new NotReady(
                `exited with code ${Actor?.Attributes?.exitCode ?? "unknown"} before it answered`,
            );
        }
        // The engine or the way to it ended the stream: the next look tells which.
        await sleep(PAUSE_MS, undefined, { signal: stop });
    }
}

/** By number, whatever name or spelling the image has for it. */
async function failAsRoot(docker: Docker, container: string): Promise<void> {
    const { Config } = await inspect(docker, container);
    const { uid } = await findOwner(Config.User, (path) => getFile(docker, container, path));
    if (uid === 0) {
        throw new NotReady(
            "would run as root: give the image a USER, or the app a `user` that it can run as",
        );
    }
}

async function failWhenDead(docker: Docker, container: string): Promise<void> {
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

async function failWhenLate(seconds: number, answering: Answering, stop: AbortSignal): Promise<never> {
    await sleep(seconds * 1000, undefined, { signal: stop });
    const complaint = answering.complaint === "" ? "" : ` (${answering.complaint})`;
    throw new NotReady(`did not answer within ${seconds} s${complaint}`);
}

async function inspect(docker: Docker, container: string): Promise<Docker.ContainerInspectInfo> {
    try {
        return await docker.getContainer(container).inspect();
    } catch (error) {
        throw isNotFound(error) ? new Error(`there is no container ${container}`, { cause: error }) : error;
    }
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

/** The reason in full. What can't be had any more is left out: the reason is what counts. */
async function withLog(docker: Docker, container: string, reason: NotReady): Promise<Error> {
    const name = await inspect(docker, container).then(
        ({ Name }) => Name.replace(/^\//, ""),
        () => container,
    );
    const lines = await lastLines(docker, container).catch(() => "");
    const log =
        lines === "" ? "It wrote no log." : `The last lines of its log:\n${lines.replace(/^/gm, "  | ")}`;
    return new Error(`${name} ${reason.message}\n${log}`, { cause: reason });
}
