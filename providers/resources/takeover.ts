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
 * How long the container before may finish what it is busy with, in seconds. Nobody new gets through in that time, who are
 * more than those that it serves.
 */
const STOP_SECONDS = 1;

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
        await start(inputs, context);
        return { id: inputs.container, outputs: {} };
    },

    async update(_id, inputs, context, before) {
        if (before.container === inputs.container) {
            await start(inputs, context);
        } else {
            await takeOver(inputs, before.container, context);
        }
        return {};
    },

    async read(_id, state, { docker }) {
        return (await find(docker, state.container))?.State.Running === true ? state : undefined;
    },
});

async function start(inputs: Inputs, { docker, signal, status }: EngineContext): Promise<void> {
    status("starting");
    await docker.getContainer(inputs.container).start().catch(unlessDone);
    await waitUntilReady(docker, inputs, signal);
}

/** Two cannot have the same ports: the one before stops, and comes back when the new one is no good. */
async function takeOver(inputs: Inputs, before: string, context: EngineContext): Promise<void> {
    const { docker } = context;
    await stop(docker, before);
    try {
        await start(inputs, context);
    } catch (error) {
        await stop(docker, inputs.container);
        const back = await docker
            .getContainer(before)
            .start()
            .then(
                () => "the one before runs again",
                (reason: unknown) => `the one before does not start again (${messageOf(reason)})`,
            );
        throw new Error(`${back}: ${messageOf(error)}`, { cause: error });
    }
}

async function stop(docker: Docker, container: string): Promise<void> {
    try {
        await docker.getContainer(container).stop({ t: STOP_SECONDS });
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
