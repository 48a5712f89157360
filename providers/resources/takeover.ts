import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { checkNumber } from "../../lib/numbers";
import { isNotFound } from "../engine/connect";
import { find } from "../engine/ending";
import { waitUntilReady } from "../engine/readiness";
import { defineEngineKind, EngineContext } from "../engine/services";
import { messageOf } from "../server/failure";
import { checkTypes } from "../server/inputs";

interface Inputs {
    readonly container: string;
    readonly command: readonly string[];
    readonly timeoutSeconds: number;
}

/**
 * How long the container before may finish what it is busy with: enough for an answer that is being written. Nobody new gets
 * through in that time, who are more than those that wait for long.
 */
const GRACE_MS = 100;

/** Its ports, and the fixed address that it may have. */
const TAKEN = /port is already allocated|address already in use/i;
const FREE_WITHIN_MS = 5000;
const FREE_PAUSE_MS = 20;

/** A container in the place of another: see the class of the same name in the SDK. */
export const takeover = defineEngineKind<Inputs, object>({
    token: "berth:index:Takeover",
    outputs: [],

    check(inputs) {
        const problems = checkTypes(inputs, {
            container: "string",
            command: "list",
            timeoutSeconds: "number",
        });
        return typeof inputs.timeoutSeconds === "number"
            ? [...problems, ...checkNumber("timeoutSeconds", inputs.timeoutSeconds, { min: 1, max: 86_400 })]
            : problems;
    },

    async create(inputs, context) {
        const before = await runningBefore(inputs, context);
        await (before === undefined ? startAlone(inputs, context) : takeOver(inputs, before, context));
        return { id: inputs.container, outputs: {} };
    },

    async update(_id, inputs, context, before) {
        if (before.container === inputs.container) {
            await startAlone(inputs, context);
        } else {
            await takeOver(inputs, before.container, context);
        }
        return {};
    },

    async read(_id, state, { docker }) {
        return (await find(docker, state.container))?.State.Running === true ? state : undefined;
    },
});

/**
 * With none before it there is nothing to go back to. One that is no good is stopped all the same: it would hold the ports,
 * and start over and over, until somebody looks. Only one that this try has started: what ran before may serve somebody.
 */
async function startAlone(inputs: Inputs, context: EngineContext): Promise<void> {
    const { docker } = context;
    const ran = (await find(docker, inputs.container))?.State.Running === true;
    try {
        await start(inputs, context);
    } catch (error) {
        if (!ran) {
            // Why it failed is what counts, not that the way back failed, too.
            await stop(docker, inputs.container).catch(() => undefined);
        }
        throw error;
    }
}

async function start(inputs: Inputs, { docker, signal, status }: EngineContext): Promise<void> {
    status("starting");
    await startWhenFree(docker.getContainer(inputs.container));
    await waitUntilReady(docker, inputs, signal);
}

/** The engine says that a container has stopped a moment before what it had is free. */
async function startWhenFree(container: Docker.Container): Promise<void> {
    const deadline = Date.now() + FREE_WITHIN_MS;
    for (;;) {
        try {
            await container.start();
            return;
        } catch (error) {
            if (!TAKEN.test(messageOf(error)) || Date.now() > deadline) {
                unlessDone(error);
                return;
            }
            await sleep(FREE_PAUSE_MS);
        }
    }
}

/** One that has the place and that no state tells of as the one before: an update that made it has failed. */
async function runningBefore({ container }: Inputs, { docker }: EngineContext): Promise<string | undefined> {
    const { Id, Config } = await docker.getContainer(container).inspect();
    const same = ["berth.stack", "berth.part"].flatMap((name) =>
        Config.Labels[name] === undefined ? [] : [`${name}=${Config.Labels[name]}`],
    );
    const found = same.length === 2 ? await docker.listContainers({ filters: { label: same } }) : [];
    return found.find((each) => each.Id !== Id)?.Id;
}

/** Two cannot have the same ports: the one before stops, and comes back when the new one is no good. */
async function takeOver(inputs: Inputs, before: string, context: EngineContext): Promise<void> {
    const { docker } = context;
    try {
        await stop(docker, before);
        await start(inputs, context);
    } catch (error) {
        await stop(docker, inputs.container);
        const back = await startWhenFree(docker.getContainer(before)).then(
            () => "the one before runs again",
            (reason: unknown) => `the one before does not start again (${messageOf(reason)})`,
        );
        throw new Error(`${back}: ${messageOf(error)}`, { cause: error });
    }
}

/** In two steps, because the engine's own grace counts in whole seconds. */
async function stop(docker: Docker, id: string): Promise<void> {
    const container = docker.getContainer(id);
    const isTold = await container.kill({ signal: "SIGTERM" }).then(
        () => true,
        // It is gone, does not run, or starts over and over: what is to be said, the second step says.
        () => false,
    );
    if (isTold) {
        await Promise.race([container.wait().catch(() => undefined), sleep(GRACE_MS)]);
    }
    try {
        await container.stop({ t: 0 });
    } catch (error) {
        if (!isNotFound(error)) {
            unlessDone(error);
        }
    }
}

/** The engine's answer to starting what runs, and to stopping what does not. */
const NOT_MODIFIED = 304;

function unlessDone(error: unknown): void {
    if (!(error instanceof Error && "statusCode" in error && error.statusCode === NOT_MODIFIED)) {
        throw error;
    }
}
